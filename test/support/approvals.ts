import type { CastVote } from '../../domain/gate.ts';
import type { Order } from '../../domain/order.ts';
import type { Clock } from '../../platform/clock.ts';
import { verifyVote } from '../../platform/signature.ts';
import { addApprover } from '../../store/approvers.ts';
import type { Database, Sql } from '../../store/database.ts';
import type { Gate } from '../../store/gates.ts';
import { openGate } from '../../store/gates.ts';
import type { VoteVerdict } from '../../store/votes.ts';
import { decideAndRecord, insertVote } from '../../store/votes.ts';
import type { Person, VoteSketch } from './orders.ts';
import { aVote, anOrder, openedMs } from './orders.ts';

export interface TestClock extends Clock {
  set(ms: number): void;
}

export function testClock(startMs = openedMs): TestClock {
  let nowMs = startMs;
  return { nowMs: () => nowMs, set: (ms) => void (nowMs = ms) };
}

/** What a test of approvals says and does against a real database. */
export interface Court {
  readonly clock: TestClock;
  register(...people: readonly Person[]): Promise<void>;
  open(order?: Order): Promise<Gate>;
  /** Signs now, keeps the vote and judges it, as API and workflow do. */
  vote(by: Person, gate: Gate, sketch?: VoteSketch): Promise<VoteVerdict>;
  keep(by: Person, gate: Gate, sketch?: VoteSketch): Promise<string>;
  judge(voteId: string): Promise<VoteVerdict>;
  entries(type?: string): Promise<
    readonly {
      readonly type: string;
      readonly outcome: string;
      readonly data: Record<string, unknown>;
    }[]
  >;
}

export function court(db: Database, clock = testClock()): Court {
  const keep: Court['keep'] = (by, gate, sketch = {}) => {
    const vote: CastVote = aVote(by, {
      order: gate.order,
      gateId: gate.id,
      atMs: clock.nowMs(),
      ...sketch,
    });
    return db.transaction((tx) => insertVote(tx, { ...vote, reason: 'looks right' }, clock));
  };
  const judge: Court['judge'] = (voteId) =>
    db.transaction((tx) => decideAndRecord(tx, voteId, { verifySignature: verifyVote, clock }));
  return {
    clock,
    keep,
    judge,
    register: async (...people) => {
      for (const person of people) await db.transaction((tx) => registerPerson(tx, person, clock));
    },
    open: (order = anOrder()) =>
      db.transaction((tx) => openGate(tx, { order, workflowId: `respond/${order.runKey}` }, clock)),
    vote: async (by, gate, sketch) => judge(await keep(by, gate, sketch)),
    entries: async (type) => {
      const rows = await db.query<{ type: string; outcome: string; body: string }>(
        'select type, outcome, body from audit_entries where $1::text is null or type = $1 order by inserted',
        [type ?? null],
      );
      return rows.map((row) => ({
        type: row.type,
        outcome: row.outcome,
        data: (JSON.parse(row.body) as { data: Record<string, unknown> }).data,
      }));
    },
  };
}

async function registerPerson(tx: Sql, { approver }: Person, clock: Clock): Promise<void> {
  const { id, person, kind, groups, keys } = approver;
  const by = { tenant: 'acme', actor: { kind: 'service', id: 'test' }, reason: 'on duty' } as const;
  await addApprover(
    tx,
    { ...by, id, person, kind, groups, publicKeys: keys.map((key) => key.publicKey) },
    clock,
  );
}

/** The incident that an undo's run is asked for on. */
export async function insertIncident(db: Database, id: string): Promise<void> {
  await db.query(
    `insert into incidents (id, tenant, correlation_key, state, title, format, kind, source, severity_id, first_seen, last_seen, lead_finding, facts, received_at, changed_by, change_reason)
     values ($1, 'acme', $1, 'responding', 'host malware', 'falco', 'detection', 'test', 4, now(), now(), 'fnd_1', '{}', now(), 'test', 'test')`,
    [id],
  );
}
