import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appendEntries } from '../../../audit/append.ts';
import { entryBody, newEntry } from '../../../audit/entry.ts';
import { verifyLog } from '../../../audit/verify.ts';
import type { Entry } from '../../../domain/entry.ts';
import type { Order } from '../../../domain/order.ts';
import { orderDigest } from '../../../domain/order.ts';
import { loadGate } from '../../../store/gates.ts';
import { useWarrant } from '../../../store/warrants.ts';
import { court, testClock } from '../../support/approvals.ts';
import type { Court } from '../../support/approvals.ts';
import { aSigner, writeTestLog } from '../../support/audit-log.ts';
import { anOrder, aPerson } from '../../support/orders.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

type Body = Entry & { data: Record<string, unknown> };

const signer = aSigner();
const [carol, dave] = [aPerson('carol'), aPerson('dave')];
let postgres: TestPostgres;
let story: Court;
let dir: string;

beforeAll(async () => {
  postgres = await startTestPostgres();
  dir = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
}, 60_000);
afterAll(async () => {
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await postgres.db.query('truncate approvers, gates, votes, warrants, audit_entries cascade');
  story = court(postgres.db, testClock());
});

/** Two people approve an order, and it is done: as the real code writes it down. */
async function approvedDeed(order: Order = anOrder()): Promise<Body[]> {
  await story.register(carol, dave);
  const gate = await story.open(order);
  await story.vote(carol, gate);
  await story.vote(dave, gate);
  await postgres.db.transaction(async (tx) => {
    await useWarrant(tx, { orderDigest: orderDigest(order), purpose: 'act' }, story.clock);
    await appendEntries(tx, [
      deed(order, 'effect.intent', 'intended'),
      deed(order, 'effect.result', 'done'),
    ]);
  });
  return entries();
}

function deed(
  order: Order,
  type: 'effect.intent' | 'effect.result',
  outcome: Entry['outcome'],
): Entry {
  const data = {
    key: 'k1',
    capability: order.capability,
    connection: order.connection.name,
    effect: order.effect,
    purpose: 'act',
    orderDigest: orderDigest(order),
    fence: 1,
    target: order.target.id,
  };
  const actor = { kind: 'playbook', id: 'host-malware@1' } as const;
  return newEntry(
    {
      tenant: order.tenant,
      type,
      actor,
      incident: order.incidentId,
      run: order.runKey,
      subject: orderDigest(order),
      outcome,
      data,
    },
    story.clock,
  );
}

/** The effects table says that the order was carried out, and its gate can be asked for its undo. */
async function madeUndoable(order: Order): Promise<{ gateId: string }> {
  const digest = orderDigest(order);
  await postgres.db.query(
    `insert into incidents (id, tenant, correlation_key, state, title, format, kind, source, severity_id, first_seen, last_seen, lead_finding, facts, received_at, changed_by, change_reason)
     values ($1, $2, 'key', 'responding', 'x', 'falco', 'x', 's', 4, now(), now(), 'fnd_1', '{}', now(), 'test', 'test') on conflict do nothing`,
    [order.incidentId, order.tenant],
  );
  await postgres.db.query(
    `insert into effects (key, tenant, incident_id, run_key, step, capability, connection, order_digest, input_digest, state)
     values ('k1', $1, $2, $3, 's', $4, 'edr', $5, 'd', 'done')`,
    [order.tenant, order.incidentId, order.runKey, order.capability, digest],
  );
  const [gate] = await postgres.db.query<{ id: string }>(
    'select id from gates where order_digest = $1',
    [digest],
  );
  return { gateId: gate?.id ?? '' };
}

async function entries(): Promise<Body[]> {
  const rows = await postgres.db.query<{ body: string }>(
    'select body from audit_entries order by inserted',
  );
  return rows.map((row) => JSON.parse(row.body) as Body);
}

/** Signs a log of these entries: what an insider could do who controls the engine, but nobody's voting key. */
async function verdictOn(
  list: readonly Body[],
): Promise<readonly { kind: string; index: number | null; detail: string }[]> {
  await rm(dir, { recursive: true, force: true });
  await writeTestLog(
    dir,
    list.map((entry) => Buffer.from(entryBody(entry))),
    { signer },
  );
  return (await verifyLog(dir, { publicKeys: [signer.verifierKey] })).problems;
}

const at = (list: readonly Body[], type: string, nth = 0): number => {
  const places = list.flatMap((entry, index) => (entry.type === type ? [index] : []));
  return places[nth] ?? -1;
};

const edited = (list: readonly Body[], index: number, edit: (entry: Body) => Body): Body[] =>
  list.map((entry, place) => (place === index ? edit(entry) : entry));
const without = (list: readonly Body[], index: number): Body[] =>
  list.filter((_, place) => place !== index);
const withData =
  (data: Record<string, unknown>) =>
  (entry: Body): Body => ({ ...entry, data: { ...entry.data, ...data } as Body['data'] });

function byAuthorAlone(list: readonly Body[]): Body[] {
  const opened = edited(list, at(list, 'gate.opened'), (entry) =>
    withData({ playbookAuthor: 'carol', rule: { ...(entry.data['rule'] as object), quorum: 1 } })(
      entry,
    ),
  );
  const own = list
    .filter((entry) => entry.type === 'vote.cast' && entry.data['person'] === 'carol')
    .map((entry) => entry.data['voteId']);
  return edited(opened, at(list, 'warrant.granted'), withData({ votes: own }));
}

describe('the verifier, given the entries that the engine writes', () => {
  test('finds a deed that two people approved to be in order', async () => {
    expect(await verdictOn(await approvedDeed())).toEqual([]);
  });

  test('finds an undo that one approver signed to be in order, and names one that nobody did', async () => {
    const order = anOrder();
    await approvedDeed(order);
    const { gateId } = await madeUndoable(order);
    await story.vote(carol, await loadGate(postgres.db, gateId), { decision: 'undo' });
    const undone = { ...deed(order, 'effect.result', 'done'), id: 'undone' };
    await postgres.db.transaction(async (tx) => {
      await useWarrant(tx, { orderDigest: orderDigest(order), purpose: 'undo' }, story.clock);
      await appendEntries(tx, [
        { ...undone, data: { ...undone.data, key: 'k2', purpose: 'undo' } },
      ]);
    });
    const list = await entries();
    expect(await verdictOn(list)).toEqual([]);
    const [first] = await verdictOn(without(list, at(list, 'vote.cast', 2)));
    expect(first).toMatchObject({
      kind: 'decision',
      detail: expect.stringContaining('warrant.used'),
    });
  });

  test('finds refused votes beside it to be in order', async () => {
    await story.register(carol, dave, aPerson('alice'));
    const gate = await story.open();
    await story.vote(aPerson('mallory'), gate);
    expect(await verdictOn(await entries())).toEqual([]);
  });
});

describe('the verifier names', () => {
  const cases: readonly [string, (list: Body[]) => Body[], string, string][] = [
    [
      'a deed without a warrant',
      (list) => without(list, at(list, 'warrant.used')),
      'effect.result',
      'no valid warrant',
    ],
    [
      'a warrant that was never granted',
      (list) => without(list, at(list, 'warrant.granted')),
      'warrant.used',
      'no warrant was granted',
    ],
    [
      'a warrant whose gate was never decided',
      (list) => without(list, at(list, 'gate.decided')),
      'warrant.used',
      'open, not approved',
    ],
    [
      'a warrant that lacks a vote',
      (list) => without(list, at(list, 'vote.cast', 1)),
      'warrant.used',
      'not in the log',
    ],
    [
      'a warrant that names too few votes',
      (list) =>
        edited(list, at(list, 'warrant.granted'), (entry) =>
          withData({ votes: (entry.data['votes'] as string[]).slice(0, 1) })(entry),
        ),
      'warrant.used',
      '1 of 2 people',
    ],
    [
      'a vote whose payload was changed',
      (list) =>
        edited(list, at(list, 'vote.cast'), (entry) =>
          withData({ payload: { ...(entry.data['payload'] as object), decision: 'reject' } })(
            entry,
          ),
        ),
      'vote.cast',
      'signature does not fit',
    ],
    [
      'a vote whose signature was replaced',
      (list) =>
        edited(
          list,
          at(list, 'vote.cast'),
          withData({ signature: Buffer.alloc(64).toString('base64') }),
        ),
      'vote.cast',
      'signature does not fit',
    ],
    [
      'a vote by somebody who was never registered',
      (list) => without(list, at(list, 'approver.changed')),
      'vote.cast',
      'not registered',
    ],
    [
      'a vote under the name of another person',
      (list) => edited(list, at(list, 'vote.cast'), withData({ person: 'erin' })),
      'vote.cast',
      'another person',
    ],
    [
      'a vote by the requester',
      (list) => edited(list, at(list, 'gate.opened'), withData({ requester: 'carol' })),
      'vote.cast',
      'requester',
    ],
    [
      'an approval by the author alone',
      byAuthorAlone,
      'warrant.used',
      "only the playbook's author",
    ],
    [
      'a quorum that was not reached',
      (list) =>
        edited(list, at(list, 'gate.opened'), (entry) =>
          withData({ rule: { ...(entry.data['rule'] as object), quorum: 3 } })(entry),
        ),
      'warrant.used',
      '2 of 3 people',
    ],
    [
      'a voter who is in no group of the rule',
      (list) =>
        edited(list, at(list, 'gate.opened'), (entry) =>
          withData({ rule: { ...(entry.data['rule'] as object), groups: ['others'] } })(entry),
        ),
      'vote.cast',
      'groups',
    ],
    [
      'a vote after the gate expired',
      (list) =>
        edited(list, at(list, 'gate.opened'), withData({ expiresAt: '2020-01-01T00:00:00.000Z' })),
      'vote.cast',
      'expired',
    ],
    [
      'a warrant that was used twice',
      (list) =>
        list.toSpliced(at(list, 'warrant.used'), 0, {
          ...(list[at(list, 'warrant.used')] as Body),
          id: 'again',
        }),
      'warrant.used',
      'used before',
    ],
    [
      'a deed with one warrant, done twice',
      (list) => [
        ...list,
        withData({ key: 'k2' })({ ...(list[at(list, 'effect.result')] as Body), id: 'again' }),
      ],
      'effect.result',
      'more was done',
    ],
    [
      'a disruptive deed that names no order',
      (list) => edited(list, at(list, 'effect.result'), withData({ orderDigest: null })),
      'effect.result',
      'names no order',
    ],
    [
      'a deed before its warrant was used',
      (list) =>
        list.toSorted(
          (a, b) => Number(b.type === 'effect.result') - Number(a.type === 'effect.result'),
        ),
      'effect.result',
      'no valid warrant',
    ],
  ];

  test.each(cases)('%s', async (_, edit, type, detail) => {
    const problems = await verdictOn(edit(await approvedDeed()));
    const [first] = problems;
    expect(first).toMatchObject({ kind: 'decision', detail: expect.stringContaining(detail) });
    expect(first?.detail.startsWith(`${type}: `)).toBe(true);
  });
});
