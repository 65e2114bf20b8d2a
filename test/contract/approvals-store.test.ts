import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createVoteActivities } from '../../activities/judge-vote.ts';
import { orderDigest } from '../../domain/order.ts';
import { checkWarrant, undoWarrantMs } from '../../domain/warrant.ts';
import { verifyVote } from '../../platform/signature.ts';
import type { Gate } from '../../store/gates.ts';
import { expireGate, listOpenGates, loadGate, voidGate } from '../../store/gates.ts';
import { loadWarrantFile, useWarrant, voidWarrants } from '../../store/warrants.ts';
import type { Court } from '../support/approvals.ts';
import { court, insertIncident } from '../support/approvals.ts';
import { anOrder, hourMs, openedMs, people } from '../support/orders.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestPostgres } from '../support/postgres.ts';

const { alice, carol, dave, erin } = people('alice', 'carol', 'dave', 'erin');
let postgres: TestPostgres;
let at: Court;

beforeAll(async () => void (postgres = await startTestPostgres()), 60_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query(
    'truncate gates, votes, warrants, approvers, audit_entries, switches, effects, incidents cascade',
  );
  at = court(postgres.db);
  await at.register(alice, carol, dave, erin);
});

async function approved(order = anOrder()): Promise<Gate> {
  const gate = await at.open(order);
  at.clock.set(openedMs + 60_000);
  await at.vote(carol, gate);
  expect(await at.vote(dave, gate)).toMatchObject({
    verdict: 'counted',
    gate: { state: 'approved' },
  });
  return gate;
}

describe('opening a gate', () => {
  it('twice for one order leaves one gate and one entry', async () => {
    const [first, second] = [await at.open(), await at.open()];
    expect(second.id).toBe(first.id);
    expect(await at.entries('gate.opened')).toMatchObject([
      {
        outcome: 'opened',
        data: { requester: 'alice', playbookAuthor: 'bob', orderDigest: first.orderDigest },
      },
    ]);
  });

  it('for one asking, by two tries at once that prepared an order each, opens one', async () => {
    const tries = ['n-a', 'n-b', 'n-c'].map((nonce) => at.open(anOrder({ nonce })));
    const ids = (await Promise.all(tries)).map((gate) => gate.id);
    expect(new Set(ids).size).toBe(1);
    expect((await listOpenGates(postgres.db, 'acme')).map((gate) => gate.id)).toEqual([ids[0]]);
    expect(await at.entries('gate.opened')).toHaveLength(1);
  });

  it('anew for the same step voids the older gate and its warrant', async () => {
    const old = await approved();
    await at.open(anOrder({ iteration: 2, nonce: 'n-2' }));
    expect((await loadGate(postgres.db, old.id)).state).toBe('void');
    expect(
      await postgres.db.transaction((tx) =>
        useWarrant(tx, { orderDigest: old.orderDigest, purpose: 'act' }, at.clock),
      ),
    ).toBe(false);
    expect(await listOpenGates(postgres.db, 'acme')).toHaveLength(1);
  });

  it('keeps the order exactly as it was digested', async () => {
    const order = anOrder({ parameters: { z: 1, a: [1.5, 'é', null, { deep: true }], big: 1e21 } });
    const gate = await at.open(order);
    expect(orderDigest((await loadGate(postgres.db, gate.id)).order)).toBe(orderDigest(order));
  });

  it('for an order that PostgreSQL cannot hold is an error with a code', async () => {
    await expect(at.open(anOrder({ evidence: { name: 'a\u0000b' } }))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});

describe('a vote', () => {
  it('that completes the quorum approves, grants a warrant and writes it all down', async () => {
    const gate = await approved();
    expect(
      (await at.entries()).map((entry) => entry.type).filter((type) => type !== 'approver.changed'),
    ).toEqual(['gate.opened', 'vote.cast', 'vote.cast', 'gate.decided', 'warrant.granted']);
    const file = await loadWarrantFile(postgres.db, {
      orderDigest: gate.orderDigest,
      purpose: 'act',
    });
    expect(
      file &&
        checkWarrant({
          ...file,
          orderDigest: gate.orderDigest,
          nowMs: at.clock.nowMs(),
          purpose: 'act',
          verifySignature: verifyVote,
        }),
    ).toEqual({ ok: true });
  });

  it('is written with what an outsider needs to check it', async () => {
    const gate = await at.open();
    await at.vote(carol, gate);
    const [entry] = await at.entries('vote.cast');
    const data = entry?.data as {
      payload: Parameters<typeof verifyVote>[0]['payload'];
      signature: string;
      publicKey: string;
    };
    expect(verifyVote(data, data.publicKey)).toBe(true);
    expect(entry?.data).toMatchObject({
      person: 'carol',
      verdict: 'counted',
      publicKey: carol.key.publicKey,
    });
  });

  it('that is refused is kept with its reason and moves nothing', async () => {
    const gate = await at.open();
    expect(await at.vote(alice, gate)).toEqual({
      gateId: gate.id,
      verdict: 'refused',
      why: 'requester',
      gate: { state: 'open' },
    });
    expect(await at.entries('vote.refused')).toMatchObject([
      { outcome: 'refused', data: { why: 'requester', person: 'alice' } },
    ]);
  });

  it('judged again answers the same and writes nothing more', async () => {
    const gate = await at.open();
    const id = await at.keep(carol, gate);
    const first = await at.judge(id);
    const before = (await at.entries()).length;
    expect(await at.judge(id)).toEqual(first);
    expect(await at.entries()).toHaveLength(before);
  });

  it('sent twice is one row', async () => {
    const gate = await at.open();
    const sketch = {
      payload: {
        nonce: 'same',
        reasonDigest: '0'.repeat(64),
        time: new Date(openedMs).toISOString(),
      },
    };
    expect(await at.keep(carol, gate, sketch)).toBe(await at.keep(carol, gate, sketch));
  });

  it('that was refused as unknown and is kept afterwards has an entry of its own', async () => {
    const gate = await at.open();
    const id = await at.keep(carol, gate);
    const [row] = await postgres.db.query<Record<string, unknown>>('delete from votes returning *');
    await at.judge(id);
    await postgres.db.query(
      'insert into votes select * from jsonb_populate_record(null::votes, $1)',
      [JSON.stringify(row)],
    );
    expect(await at.judge(id)).toMatchObject({ verdict: 'counted' });
    expect(await at.entries('vote.cast')).toHaveLength(1);
  });

  it('that nobody kept is refused and recorded', async () => {
    expect(await at.judge('vot_forged')).toMatchObject({ verdict: 'refused', why: 'vote-unknown' });
    expect(await at.entries('vote.refused')).toHaveLength(1);
  });

  it('after the time is up expires the gate', async () => {
    const gate = await at.open();
    at.clock.set(openedMs + hourMs);
    expect(await at.vote(carol, gate)).toMatchObject({
      verdict: 'refused',
      why: 'gate-expired',
      gate: { state: 'expired' },
    });
  });

  it('on a gate whose order was changed in the database is refused', async () => {
    const gate = await at.open();
    await postgres.db.query(
      `update gates set order_body = jsonb_set(order_body, '{target,id}', '"dc-01"') where id = $1`,
      [gate.id],
    );
    expect(await at.vote(carol, gate)).toMatchObject({ verdict: 'refused', why: 'stale-digest' });
  });
});

describe('votes at the same moment', () => {
  it('of two approvers grant one warrant', async () => {
    const gate = await at.open();
    const ids = await Promise.all([at.keep(carol, gate), at.keep(dave, gate), at.keep(erin, gate)]);
    const verdicts = await Promise.all(ids.map((id) => at.judge(id)));
    expect(verdicts.filter((item) => item.verdict === 'counted')).toHaveLength(2);
    expect(await at.entries('warrant.granted')).toHaveLength(1);
  });

  it('for and against have exactly one outcome', async () => {
    for (let round = 0; round < 10; round += 1) {
      const gate = await at.open(anOrder({ runKey: `run_${round}`, nonce: String(round) }));
      await at.vote(carol, gate);
      const ids = await Promise.all([
        at.keep(dave, gate),
        at.keep(erin, gate, { decision: 'reject' }),
      ]);
      await Promise.all(ids.map((id) => at.judge(id)));
      const { state } = await loadGate(postgres.db, gate.id);
      const warrants = await postgres.db.query('select 1 from warrants where gate_id = $1', [
        gate.id,
      ]);
      expect([`${state}/${warrants.length}`]).toEqual([
        state === 'approved' ? 'approved/1' : 'denied/0',
      ]);
    }
  });

  it('judged by two workers are judged once', async () => {
    const gate = await at.open();
    const id = await at.keep(carol, gate);
    const [one, two] = await Promise.all([at.judge(id), at.judge(id)]);
    expect(one).toEqual(two);
    expect(await at.entries('vote.cast')).toHaveLength(1);
  });
});

describe('a warrant', () => {
  it('is used exactly once, however many ask at once', async () => {
    const gate = await approved();
    const key = { orderDigest: gate.orderDigest, purpose: 'act' } as const;
    const uses = await Promise.all(
      Array.from({ length: 8 }, () =>
        postgres.db.transaction((tx) => useWarrant(tx, key, at.clock)),
      ),
    );
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await at.entries('warrant.used')).toHaveLength(1);
  });

  it('is unused again where the transaction that used it did not commit', async () => {
    const gate = await approved();
    const key = { orderDigest: gate.orderDigest, purpose: 'act' } as const;
    await expect(
      postgres.db.transaction(async (tx) => {
        await useWarrant(tx, key, at.clock);
        throw new Error('crash');
      }),
    ).rejects.toThrow('crash');
    expect(await postgres.db.transaction((tx) => useWarrant(tx, key, at.clock))).toBe(true);
  });

  it('cannot be used when it expired or was voided', async () => {
    const gate = await approved();
    const key = { orderDigest: gate.orderDigest, purpose: 'act' } as const;
    at.clock.set(openedMs + hourMs);
    expect(await postgres.db.transaction((tx) => useWarrant(tx, key, at.clock))).toBe(false);
    at.clock.set(openedMs + 61_000);
    await postgres.db.transaction((tx) =>
      voidGate(tx, { gateId: gate.id, reason: 'the host changed' }, at.clock),
    );
    expect(await postgres.db.transaction((tx) => useWarrant(tx, key, at.clock))).toBe(false);
    expect(await at.entries('warrant.void')).toMatchObject([
      { data: { reason: 'the host changed' } },
    ]);
  });
});

describe('a gate', () => {
  it('expires once its time is up, not before, and stays decided', async () => {
    const gate = await at.open();
    expect((await postgres.db.transaction((tx) => expireGate(tx, gate.id, at.clock))).state).toBe(
      'open',
    );
    at.clock.set(openedMs + hourMs);
    expect((await postgres.db.transaction((tx) => expireGate(tx, gate.id, at.clock))).state).toBe(
      'expired',
    );
    expect(
      (
        await postgres.db.transaction((tx) =>
          voidGate(tx, { gateId: gate.id, reason: 'late' }, at.clock),
        )
      ).state,
    ).toBe('expired');
    expect(await at.entries('gate.decided')).toHaveLength(1);
  });

  it('reminds those who may vote and have not', async () => {
    const gate = await at.open();
    await at.vote(carol, gate);
    const activities = createVoteActivities({ db: postgres.db, clock: at.clock });
    expect((await activities.remindGate({ gateId: gate.id })).waitingFor).toEqual(['dave', 'erin']);
    await activities.remindGate({ gateId: gate.id });
    expect(await at.entries('gate.reminded')).toHaveLength(1);
  });
});

describe('an undo', () => {
  async function acted(): Promise<Gate> {
    const gate = await approved();
    await insertIncident(postgres.db, gate.incidentId);
    await postgres.db.transaction((tx) =>
      useWarrant(tx, { orderDigest: gate.orderDigest, purpose: 'act' }, at.clock),
    );
    await postgres.db.query(
      `insert into effects (key, tenant, incident_id, run_key, step, capability, connection, order_digest, input_digest, state)
       values ('eff', 'acme', $1, $2, 'contain-host', 'edr.host.contain', 'edr', $3, 'x', 'done')`,
      [gate.incidentId, gate.runKey, gate.orderDigest],
    );
    at.clock.set(openedMs + 5 * hourMs);
    return gate;
  }

  it('is granted to one signature once the action was done, and asks for its run once', async () => {
    const gate = await acted();
    expect(await at.vote(erin, gate, { decision: 'undo' })).toMatchObject({
      verdict: 'counted',
      gate: { state: 'approved' },
    });
    await at.vote(dave, gate, { decision: 'undo' });
    const [row] = await postgres.db.query<{ requests: unknown[] }>(
      'select requests from incidents',
    );
    expect(row?.requests).toMatchObject([{ requester: 'erin', undoOf: gate.orderDigest }]);
    expect(
      await postgres.db.transaction((tx) =>
        useWarrant(tx, { orderDigest: gate.orderDigest, purpose: 'undo' }, at.clock),
      ),
    ).toBe(true);
    expect(await at.entries('undo.requested')).toHaveLength(1);
  });

  it.each([
    ['was refused', (digest: string) => voidUndo(digest)],
    ['ran out unused', () => Promise.resolve(at.clock.set(at.clock.nowMs() + undoWarrantMs))],
  ])('is asked for anew by another signature where the first %s', async (_, end) => {
    const gate = await acted();
    await at.vote(erin, gate, { decision: 'undo' });
    await end(gate.orderDigest);
    const use = { orderDigest: gate.orderDigest, purpose: 'undo' } as const;
    const spend = (): Promise<boolean> =>
      postgres.db.transaction((tx) => useWarrant(tx, use, at.clock));
    expect(await spend()).toBe(false);
    await at.vote(dave, gate, { decision: 'undo' });
    expect(await at.entries('undo.requested')).toHaveLength(2);
    expect(await spend()).toBe(true);
    expect(await spend()).toBe(false);
  });

  it('is refused before the action, and to the requester', async () => {
    const gate = await approved();
    expect(await at.vote(erin, gate, { decision: 'undo' })).toMatchObject({
      verdict: 'refused',
      why: 'nothing-to-undo',
    });
    expect(await at.vote(alice, gate, { decision: 'undo' })).toMatchObject({
      verdict: 'refused',
      why: 'requester',
    });
  });
});

/** As a refusal of the executor does. */
const voidUndo = (orderDigest: string): Promise<unknown> =>
  postgres.db.transaction((tx) =>
    voidWarrants(tx, { orderDigest, purpose: 'undo', reason: 'BUDGET_SPENT: few' }, at.clock),
  );
