import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deploy } from '../../domain/deploy.ts';
import { claimBatch } from '../../intake/claim.ts';
import { systemClock } from '../../platform/clock.ts';
import { capabilityNamed } from '../../connectors/registry.ts';
import { createEgress } from '../../platform/http.ts';
import { createDeployStore, recordDeploys } from '../../store/deploys.ts';
import { aConnection, aContext } from '../support/connector-world.ts';
import { readJoining } from '../../store/joining.ts';
import { insertDue, repeatAlert, runAllCatalog, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => void (pg = await startTestPostgres()), 60_000);
afterAll(() => pg.stop());
beforeEach(() =>
  pg.db.query('truncate incidents, findings, runs, batches, deploys, audit_entries cascade'),
);

const catalog: typeof runAllCatalog = {
  ...runAllCatalog,
  policy: {
    ...runAllCatalog.policy,
    quiet: { deploys: { holdMs: 900_000, below: 4 }, staleMs: null },
  },
};
const claim = async (): Promise<number> =>
  (await claimBatch({ db: pg.db, clock: systemClock, tenant, catalog: () => catalog }, 'severity'))
    ?.runs.length ?? -1;
const deploy = (over: Partial<Deploy> = {}): Promise<unknown> =>
  pg.db.transaction((tx) =>
    recordDeploys(
      tx,
      {
        tenant,
        actor: { kind: 'source', id: 'github' },
        deploys: [
          {
            uid: '1',
            source: 'github',
            service: 'cart',
            environment: 'production',
            version: '1.2',
            status: 'started',
            actor: '',
            url: '',
            at: new Date().toISOString(),
            ...over,
          },
        ],
      },
      systemClock,
    ),
  );
async function due(id: string, severity: number): Promise<void> {
  await insertDue(pg.db, id, { severity });
  await pg.db.query(
    `update incidents set facts = jsonb_set(facts, '{finding,resources}', '[{"type":"service","name":"cart"}]') where id = $1`,
    [id],
  );
}
const entries = (type: string): Promise<{ outcome: string; body: string }[]> =>
  pg.db.query('select outcome, body from audit_entries where type = $1 order by inserted', [type]);

describe('an incident about a service that was just deployed', () => {
  it('waits, says for what, and is triaged when the wait is over', async () => {
    await deploy();
    await due('i1', 3);
    expect(await claim()).toBe(0);
    expect((await readJoining(pg.db, 'i1')).hold).toMatchObject({
      kind: 'deploy',
      releasedAt: null,
    });
    const [row] = await pg.db.query<{ state: string; wait: number }>(
      'select state, extract(epoch from due_at - clock_timestamp()) as wait from incidents',
    );
    expect(row?.state).toBe('new');
    expect(Number(row?.wait)).toBeGreaterThan(600);
    await pg.db.query(
      `update incidents set due_at = now(), hold = jsonb_set(hold, '{until}', '"2026-01-01T00:00:00Z"')`,
    );
    expect(await claim()).toBe(1);
    expect((await entries('incident.held')).map((each) => each.outcome)).toEqual([
      'held',
      'closed',
    ]);
  });

  it('waits on while more of the same comes, without another entry', async () => {
    await deploy();
    await due('i1', 3);
    await claim();
    await repeatAlert(pg.db, 'i1', 3);
    expect(await claim()).toBe(0);
    expect(await entries('incident.held')).toHaveLength(1);
  });

  it('does not wait where it is grave, and goes on at once where it gets worse', async () => {
    await deploy();
    await due('i1', 4);
    expect(await claim()).toBe(1);
    await due('i2', 2);
    expect(await claim()).toBe(0);
    await repeatAlert(pg.db, 'i2', 3);
    expect(await claim()).toBe(1);
    expect((await entries('incident.held')).at(-1)?.body).toContain('"early":true');
  });

  it('does not wait for a deploy of something else', async () => {
    await deploy({ service: 'mail' });
    await due('i1', 3);
    expect(await claim()).toBe(1);
  });
});

describe('the lookup of deploys', () => {
  const find = async (names: readonly string[], hours = 24): Promise<unknown> => {
    const egress = createEgress({ clock: systemClock });
    const connection = aConnection({ connector: 'deploys', address: '' });
    const ports = { board: null, deploys: createDeployStore(pg.db) };
    const context = { ...aContext(connection, egress), tenant, ports };
    const found = await capabilityNamed('deploys.deploy.find')?.call({ names, hours }, context);
    await egress.close();
    return found;
  };

  it('finds what was deployed, by the names that alerts use', async () => {
    await deploy({ service: 'cart', version: '1.2' });
    expect(await find(['Cart-6d4cf56db6-x2x4z', 'web-7'])).toMatchObject({
      found: true,
      count: 1,
      latest: 'cart 1.2',
      deploys: [{ service: 'cart', status: 'started' }],
    });
    expect(await find(['acme/cart'])).toMatchObject({ found: true });
  });

  it('finds nothing for other names, no names, or what is long ago', async () => {
    await deploy({ at: new Date(Date.now() - 3 * 3_600_000).toISOString() });
    for (const found of [await find(['mail']), await find([]), await find(['cart'], 2)])
      expect(found).toMatchObject({ found: false, count: 0, latest: '', deploys: [] });
  });
});

describe('a deploy that is told twice', () => {
  it('is one, with an entry for each status that it went through', async () => {
    await deploy();
    await deploy();
    await deploy({ status: 'succeeded' });
    expect(await pg.db.query('select status from deploys')).toEqual([{ status: 'succeeded' }]);
    expect(await entries('deploy.seen')).toHaveLength(2);
  });
});
