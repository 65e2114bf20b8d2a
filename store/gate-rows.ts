import { newEntry } from '../audit/entry.ts';
import type { Actor, Entry, EntryType } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import type { GateState } from '../domain/gate.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Order } from '../domain/order.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';

/** A gate as the store holds it. The digest is recomputed from `order` by whoever decides; the column only finds it. */
export interface Gate {
  readonly id: string;
  readonly tenant: string;
  readonly incidentId: string;
  readonly runKey: string;
  readonly workflowId: string;
  readonly step: string;
  readonly iteration: number;
  readonly orderDigest: string;
  readonly order: Order;
  readonly state: GateState;
  readonly reason: string;
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly decidedAt: string | null;
}

const gatekeeper: Actor = { kind: 'service', id: 'gatekeeper' };

interface GateFact {
  readonly type: EntryType;
  readonly outcome: Entry['outcome'];
  readonly data: JsonObject;
  readonly id?: string;
  readonly actor?: Actor;
}

/** An entry about a gate: its subject is the gate, its incident and run are the gate's. */
export function gateEntry(gate: Gate, fact: GateFact, clock: Clock): Entry {
  return newEntry(
    {
      tenant: gate.tenant,
      actor: gatekeeper,
      incident: gate.incidentId,
      run: gate.runKey,
      subject: gate.id,
      ...fact,
    },
    clock,
  );
}

export interface NewGate {
  readonly gateId: string;
  readonly digest: string;
  readonly opening: { readonly order: Order; readonly workflowId: string };
  readonly openedAt: string;
}

/** INPUT_INVALID where PostgreSQL could not hold the order. */
export async function insertGate(tx: Sql, gate: NewGate): Promise<void> {
  const { order, workflowId } = gate.opening;
  const body = JSON.stringify(order);
  if (body.includes('\\u0000'))
    throw new SallyportError('INPUT_INVALID', 'the order holds U+0000, which cannot be stored');
  await tx.query(
    `insert into gates (id, tenant, incident_id, run_key, workflow_id, step, iteration, order_digest, order_body, state, expires_at, opened_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11)`,
    [
      gate.gateId,
      order.tenant,
      order.incidentId,
      order.runKey,
      workflowId,
      order.step,
      order.iteration,
      gate.digest,
      body,
      order.expiresAt,
      gate.openedAt,
    ],
  );
}

export interface GateRow {
  readonly id: string;
  readonly tenant: string;
  readonly incident_id: string;
  readonly run_key: string;
  readonly workflow_id: string;
  readonly step: string;
  readonly iteration: number;
  readonly order_digest: string;
  readonly order_body: Order;
  readonly state: GateState;
  readonly reason: string;
  readonly opened_at: Date;
  readonly expires_at: Date;
  readonly decided_at: Date | null;
}

/** `where` is text of ours, never a value. */
export async function gateWhere(
  sql: Sql,
  where: string,
  values: readonly unknown[],
): Promise<Gate | null> {
  const [row] = await sql.query<GateRow>(`select * from gates where ${where}`, values);
  return row === undefined ? null : toGate(row);
}

export function toGate(row: GateRow): Gate {
  return {
    id: row.id,
    tenant: row.tenant,
    incidentId: row.incident_id,
    runKey: row.run_key,
    workflowId: row.workflow_id,
    step: row.step,
    iteration: row.iteration,
    orderDigest: row.order_digest,
    order: row.order_body,
    state: row.state,
    reason: row.reason,
    openedAt: row.opened_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}
