import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../domain/json.ts';
import { claimBatch } from '../../intake/claim.ts';
import { systemClock } from '../../platform/clock.ts';
import { readJoining } from '../../store/joining.ts';
import { shippedPolicy } from '../support/correlate.ts';
import { insertDue, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => void (pg = await startTestPostgres()), 60_000);
afterAll(() => pg.stop());
beforeEach(() =>
  pg.db.query(
    'truncate incidents, findings, runs, batches, cases, case_members, case_keys, audit_entries cascade',
  ),
);

const { cases } = shippedPolicy();
const claim = async (membersMax = 500): Promise<unknown> => {
  const policy = { ...sampleCatalog.policy, cases: { ...cases, membersMax } };
  const deps = {
    db: pg.db,
    clock: systemClock,
    tenant,
    catalog: () => ({ ...sampleCatalog, policy }),
  };
  return claimBatch(deps, 'age');
};
async function due(
  id: string,
  finding: { readonly [field: string]: Json },
  severity = 4,
): Promise<void> {
  await insertDue(pg.db, id, { severity });
  await pg.db.query(
    `update incidents set facts = jsonb_set(facts, '{finding}', facts->'finding' || $2::jsonb) where id = $1`,
    [id, JSON.stringify(finding)],
  );
}
const on = (type: string, uid: string): { resources: { [field: string]: string }[] } => ({
  resources: [{ type, uid, name: uid, namespace: 'shop' }],
});
const peersOf = async (id: string): Promise<readonly string[]> =>
  ((await readJoining(pg.db, id)).case?.members ?? []).map((each) => each.id).toSorted();

describe('incidents with something in common', () => {
  it.each<[string, { readonly [field: string]: Json }]>([
    ['a host', on('host', 'WEB-7')],
    ['a user', { actors: [{ type: 'user', name: 'mallory' }] }],
    ['a workload', on('workload', 'cart')],
    ['a hash', { observables: [{ type: 'hash', value: 'a'.repeat(64), role: 'artifact' }] }],
    [
      'a public address that acted',
      { observables: [{ type: 'ip', value: '8.8.4.4', role: 'actor' }] },
    ],
  ])('are one case by %s, each with its own run', async (_what, shared) => {
    await due('i1', shared);
    await claim();
    await due('i2', shared);
    await claim();
    expect(await peersOf('i1')).toEqual(['i1', 'i2']);
    expect(await pg.db.query('select 1 from runs')).toHaveLength(2);
    expect(
      await pg.db.query("select incident from audit_entries where type = 'case.joined' order by 1"),
    ).toEqual([{ incident: 'i1' }, { incident: 'i2' }]);
  });

  it('are one case in one batch too', async () => {
    for (const id of ['i1', 'i2', 'i3']) await due(id, on('host', 'web-7'));
    await claim();
    expect(await peersOf('i2')).toEqual(['i1', 'i2', 'i3']);
  });

  it('are one case however many dispatchers claim them at once', async () => {
    const ids = Array.from({ length: 160 }, (_, at) => `i${at}`);
    for (const id of ids) await due(id, on('host', 'web-7'));
    await Promise.all([claim(), claim(), claim(), claim()]);
    await claim();
    const [row] = await pg.db.query<{ members: number; cases: number }>(
      'select count(*) as members, count(distinct case_id) as cases from case_members',
    );
    expect(row).toEqual({ members: 160, cases: 1 });
  });

  it.each<[string, { readonly [field: string]: Json }]>([
    ['a name that everybody has', { actors: [{ type: 'user', name: 'root' }] }],
    ['a private address', { observables: [{ type: 'ip', value: '10.0.0.7', role: 'actor' }] }],
    [
      'an address that was attacked',
      { observables: [{ type: 'ip', value: '8.8.4.4', role: 'target' }] },
    ],
  ])('are no case by %s', async (_what, shared) => {
    await due('i1', shared);
    await due('i2', shared);
    await claim();
    expect(await peersOf('i1')).toEqual([]);
  });

  it('are no case where they are mild, or far apart in time', async () => {
    await due('i1', on('host', 'web-7'), 2);
    await due('i2', on('host', 'web-7'), 4);
    await due('i3', on('host', 'web-7'), 4);
    await pg.db.query(
      "update incidents set received_at = now() - interval '2 hours' where id = 'i3'",
    );
    await claim();
    for (const id of ['i1', 'i2', 'i3']) expect(await peersOf(id)).toEqual([]);
  });

  it('are no case where a newer version filed one, and are triaged all the same', async () => {
    await due('i1', on('host', 'web-7'));
    await due('i2', { ...on('host', 'web-7'), schema: 99 });
    await claim();
    expect(await peersOf('i1')).toEqual([]);
    expect(await pg.db.query('select 1 from runs')).toHaveLength(2);
  });

  it('beyond the bound are counted, and triaged all the same', async () => {
    for (const id of ['i1', 'i2', 'i3', 'i4']) await due(id, on('host', 'web-7'));
    await claim(2);
    for (const id of ['i5', 'i6']) await due(id, on('host', 'web-7'));
    await claim(2);
    const rows = await pg.db.query<{ members: number; overflow: number }>('select * from cases');
    expect(rows).toMatchObject([{ members: 2, overflow: 4 }]);
    expect(await pg.db.query('select 1 from runs')).toHaveLength(6);
  });
});
