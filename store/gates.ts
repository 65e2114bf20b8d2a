import { appendEntries } from '../audit/append.ts';
import { idOf } from '../domain/digest.ts';
import { SallyportError } from '../domain/errors.ts';
import type { GateState } from '../domain/gate.ts';
import { gateMayMove } from '../domain/gate.ts';
import { asJson } from '../domain/json.ts';
import type { Order } from '../domain/order.ts';
import { orderDigest } from '../domain/order.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';
import type { Gate, GateRow } from './gate-rows.ts';
import { gateEntry, gateWhere, insertGate, toGate } from './gate-rows.ts';
import { voidWarrants } from './warrants.ts';

export type { Gate } from './gate-rows.ts';

export interface OpenGate {
  readonly order: Order;
  /** The execution that waits for it. */
  readonly workflowId: string;
}

const gatesListedMax = 500;

/**
 * Opens the gate of an order: the same asking again changes nothing and answers with the gate as it stands, though each
 * try of it prepares an order of its own. Where the same step of the same run asks anew, in another iteration, the older
 * gate and its warrant become void: what was approved then is not what would be done now. CONFLICT where the run has
 * ended meanwhile: nobody is asked for what nobody would do.
 */
export async function openGate(tx: Sql, opening: OpenGate, clock: Clock): Promise<Gate> {
  const { order } = opening;
  await refuseEndedRun(tx, order.runKey);
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `gate/${order.runKey}/${order.step}`,
  ]);
  const known = await findGate(tx, order);
  if (known !== null) return known;
  await voidOlder(tx, order, clock);
  const digest = orderDigest(order);
  const gateId = idOf('gat', 'sallyport/gate/v1', [digest]);
  await insertGate(tx, { gateId, digest, opening, openedAt: isoTime(clock.nowMs()) });
  const gate = await loadGate(tx, gateId);
  const data = {
    orderDigest: digest,
    rule: asJson(order.rule),
    requester: order.requester,
    playbookAuthor: order.playbook.author,
    expiresAt: order.expiresAt,
    capability: order.capability,
    target: order.target,
    iteration: order.iteration,
  };
  await appendEntries(tx, [
    gateEntry(gate, { type: 'gate.opened', outcome: 'opened', data }, clock),
  ]);
  return gate;
}

/** The gate of one asking; null where it was not opened yet. */
export const findGate = (
  sql: Sql,
  asking: Pick<Order, 'runKey' | 'step' | 'iteration'>,
): Promise<Gate | null> =>
  gateWhere(sql, 'run_key = $1 and step = $2 and iteration = $3', [
    asking.runKey,
    asking.step,
    asking.iteration,
  ]);

/** Holds the run's row, so that its end, which voids its open gates, comes wholly before or wholly after. */
async function refuseEndedRun(tx: Sql, runKey: string): Promise<void> {
  const [run] = await tx.query<{ ended_at: Date | null }>(
    'select ended_at from runs where key = $1 for share',
    [runKey],
  );
  if (run !== undefined && run.ended_at !== null)
    throw new SallyportError('CONFLICT', 'the run has ended; it asks for nothing any more');
}

/** NOT_FOUND. `lock` holds the row until the transaction ends: whoever decides must. */
export async function loadGate(
  sql: Sql,
  gateId: string,
  options: { readonly lock?: 'for update' } = {},
): Promise<Gate> {
  const gate = await gateWhere(sql, `id = $1 ${options.lock ?? ''}`, [gateId]);
  if (gate === null) throw new SallyportError('NOT_FOUND', 'no such gate');
  return gate;
}

/** Gates that wait, the oldest of the newest 500 first. */
export async function listOpenGates(sql: Sql, tenant: string): Promise<readonly Gate[]> {
  return listGates(sql, { tenant, states: ['open'] });
}

export async function listGates(
  sql: Sql,
  filter: { readonly tenant: string; readonly states: readonly GateState[] },
): Promise<readonly Gate[]> {
  const rows = await sql.query<GateRow>(
    'select * from gates where tenant = $1 and state = any($2) order by opened_at desc, id limit $3',
    [filter.tenant, filter.states, gatesListedMax],
  );
  return rows.reverse().map(toGate);
}

/** Decides an open gate whose time is up as expired, which means denied. Called early or again it changes nothing. */
export async function expireGate(tx: Sql, gateId: string, clock: Clock): Promise<Gate> {
  const gate = await loadGate(tx, gateId, { lock: 'for update' });
  if (gate.state !== 'open' || clock.nowMs() < Date.parse(gate.expiresAt)) return gate;
  return moveGate(
    tx,
    { gate, to: 'expired', reason: 'nobody decided in time, which means denied' },
    clock,
  );
}

/** Voids a gate that is open or approved, and its unused warrants. A gate that is decided otherwise stays as it is. */
export async function voidGate(
  tx: Sql,
  voiding: { readonly gateId: string; readonly reason: string },
  clock: Clock,
): Promise<Gate> {
  const gate = await loadGate(tx, voiding.gateId, { lock: 'for update' });
  if (!gateMayMove(gate.state, 'void')) return gate;
  await voidWarrants(tx, { orderDigest: gate.orderDigest, reason: voiding.reason }, clock);
  return moveGate(tx, { gate, to: 'void', reason: voiding.reason }, clock);
}

/** Voids what a run that ended left open: it may have been cancelled while its gate was being opened. */
export async function voidOpenGates(
  tx: Sql,
  { runKey, reason }: { readonly runKey: string; readonly reason: string },
  clock: Clock,
): Promise<void> {
  const open = await tx.query<{ id: string }>(
    `select id from gates where run_key = $1 and state = 'open' order by id`,
    [runKey],
  );
  for (const { id } of open) await voidGate(tx, { gateId: id, reason }, clock);
}

/** Says once per `ordinal` that people were reminded; false where the gate no longer waits. */
export async function recordReminder(
  tx: Sql,
  reminder: {
    readonly gateId: string;
    readonly ordinal: number;
    readonly people: readonly string[];
  },
  clock: Clock,
): Promise<boolean> {
  const gate = await loadGate(tx, reminder.gateId);
  if (gate.state !== 'open') return false;
  const id = idOf('ent', 'sallyport/entry/gate-reminded/v1', [gate.id, reminder.ordinal]);
  const data = {
    orderDigest: gate.orderDigest,
    ordinal: reminder.ordinal,
    people: reminder.people,
  };
  await appendEntries(tx, [
    gateEntry(gate, { id, type: 'gate.reminded', outcome: 'done', data }, clock),
  ]);
  return true;
}

/** Moves a locked gate by the table of `domain/gate.ts` and writes the entry. CONFLICT where there is no such move. */
export async function moveGate(
  tx: Sql,
  move: { readonly gate: Gate; readonly to: GateState; readonly reason: string },
  clock: Clock,
): Promise<Gate> {
  const { gate, to, reason } = move;
  if (!gateMayMove(gate.state, to))
    throw new SallyportError('CONFLICT', `a gate cannot go from ${gate.state} to ${to}`);
  const decidedAt = isoTime(clock.nowMs());
  await tx.query('update gates set state = $2, reason = $3, decided_at = $4 where id = $1', [
    gate.id,
    to,
    reason,
    decidedAt,
  ]);
  const data = { orderDigest: gate.orderDigest, from: gate.state, state: to, why: reason };
  await appendEntries(tx, [
    gateEntry(gate, { type: 'gate.decided', outcome: 'closed', data }, clock),
  ]);
  return { ...gate, state: to, reason, decidedAt };
}

async function voidOlder(tx: Sql, order: Order, clock: Clock): Promise<void> {
  const older = await tx.query<{ id: string }>(
    `select id from gates where run_key = $1 and step = $2 and state in ('open', 'approved') order by id`,
    [order.runKey, order.step],
  );
  for (const { id } of older)
    await voidGate(tx, { gateId: id, reason: 'the step asked anew with another order' }, clock);
}
