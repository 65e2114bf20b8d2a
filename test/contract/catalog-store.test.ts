import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appendEntries } from '../../audit/append.ts';
import { newEntry } from '../../audit/entry.ts';
import { loadCatalog, type Catalog } from '../../catalog/load.ts';
import { planByDigest, policyByDigest, recordCatalog } from '../../catalog/store-catalog.ts';
import { planDigest } from '../../domain/compile.ts';
import { SallyportError } from '../../domain/errors.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { testConnections, testManifests } from '../support/manifests.ts';

let postgres: TestPostgres;
let nowMs = Date.parse('2026-01-01T00:00:00Z');
const clock = { nowMs: () => (nowMs += 1_000) };
const catalog = loadCatalog({
  playbooksDir: 'playbooks',
  policyDir: 'policy',
  manifests: testManifests(),
  connections: testConnections,
});
const record = (given: Catalog): ReturnType<typeof recordCatalog> =>
  recordCatalog(postgres.db, given, {
    clock,
    tenant: 'acme',
    append: (tx, entries) =>
      appendEntries(
        tx,
        entries.map((entry) => newEntry(entry, clock)),
      ),
  });

beforeAll(async () => {
  postgres = await startTestPostgres();
}, 60_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query('truncate plans, policies cascade');
});

describe('the catalog in the database', () => {
  test('a load writes each plan and the policy with an entry, and the same load again writes nothing', async () => {
    const first = await record(catalog);
    expect(first.changed).toHaveLength(catalog.plans.size + 1);
    expect((await record(catalog)).changed).toEqual([]);
    const entries = await postgres.db.query<{ type: string; subject: string }>(
      "select type, subject from audit_entries where type in ('playbook.loaded', 'policy.loaded')",
    );
    expect(entries.map((entry) => entry.subject).toSorted()).toEqual([...first.changed].toSorted());
  });

  test('a plan is found by its digest as it was compiled', async () => {
    await record(catalog);
    for (const [, { plan, digest }] of catalog.plans) {
      const stored = await planByDigest(postgres.db, digest);
      expect(stored).toEqual(plan);
      expect(stored === null ? '' : planDigest(stored)).toBe(digest);
    }
    expect(await policyByDigest(postgres.db, catalog.policyDigest)).toEqual(catalog.policy);
    expect(await planByDigest(postgres.db, 'f'.repeat(64))).toBeNull();
  });

  test('going back to an older version is a change that is written down', async () => {
    const shipped = catalog.plans.get('plain-alert');
    if (shipped === undefined) throw new Error('plain-alert is not shipped');
    const plan = { ...shipped.plan, version: shipped.plan.version + 1 };
    const newer: Catalog = {
      ...catalog,
      plans: new Map([...catalog.plans, ['plain-alert', { plan, digest: planDigest(plan) }]]),
    };
    await record(catalog);
    expect((await record(newer)).changed).toEqual([planDigest(plan)]);
    expect((await record(catalog)).changed).toEqual([shipped.digest]);
    const [row] = await postgres.db.query<{ digest: string }>(
      "select digest from plans where name = 'plain-alert' order by loaded_at desc limit 1",
    );
    expect(row?.digest).toBe(shipped.digest);
  });

  test('a catalog with problems is not recorded', async () => {
    const broken = loadCatalog({
      playbooksDir: 'playbooks',
      policyDir: 'absent',
      manifests: testManifests(),
      connections: testConnections,
    });
    expect(broken.problems.length).toBeGreaterThan(0);
    await expect(record(broken)).rejects.toThrow(SallyportError);
    expect(await postgres.db.query('select 1 from plans')).toEqual([]);
  });

  test('a failing audit append takes the load back with it', async () => {
    const append = (): Promise<void> => Promise.reject(new Error('the ledger is full'));
    await expect(
      recordCatalog(postgres.db, catalog, { clock, tenant: 'acme', append }),
    ).rejects.toThrow('the ledger is full');
    expect(await postgres.db.query('select 1 from plans')).toEqual([]);
  });
});
