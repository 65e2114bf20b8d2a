import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Actor, Entry } from '../domain/entry.ts';
import type { CastVote } from '../domain/gate.ts';
import type { Order } from '../domain/order.ts';
import type { Approver } from '../domain/vote.ts';
import type { Warrant, WarrantPurpose } from '../domain/warrant.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import { loadApprovers } from './approvers.ts';
import type { Sql } from './database.ts';
import { castVotes } from './vote-rows.ts';

const gatekeeper: Actor = { kind: 'service', id: 'gatekeeper' };
const executor: Actor = { kind: 'service', id: 'executor' };

/** The gate that a warrant belongs to, as far as entries need it. */
export interface WarrantGate {
  readonly id: string;
  readonly tenant: string;
  readonly incidentId: string;
  readonly runKey: string;
  readonly orderDigest: string;
}

export interface WarrantGrant {
  readonly gate: WarrantGate;
  readonly purpose: WarrantPurpose;
  readonly voteIds: readonly string[];
  readonly expiresAtMs: number;
}

export interface WarrantKey {
  readonly orderDigest: string;
  readonly purpose: WarrantPurpose;
}

/** What the executor feeds to `checkWarrant` beside the clock; null where no gate ever held such an order. */
export interface WarrantFile {
  readonly order: Order;
  readonly warrant: Warrant | null;
  readonly votes: readonly CastVote[];
  readonly approvers: readonly Approver[];
}

/**
 * False where there is one already for that order and purpose: what opens the executor is never granted twice. An undo
 * that was refused, or ran out unused, may be asked for again, by another signature.
 */
export async function grantWarrant(tx: Sql, grant: WarrantGrant, clock: Clock): Promise<boolean> {
  const { gate, purpose, voteIds } = grant;
  const rows = await tx.query(
    `insert into warrants (order_digest, purpose, tenant, gate_id, vote_ids, granted_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (order_digest, purpose) do update
        set vote_ids = excluded.vote_ids, granted_at = excluded.granted_at, expires_at = excluded.expires_at, void_reason = null
      where warrants.purpose = 'undo' and warrants.used_at is null
        and (warrants.void_reason is not null or warrants.expires_at <= excluded.granted_at)
     returning order_digest`,
    [
      gate.orderDigest,
      purpose,
      gate.tenant,
      gate.id,
      voteIds,
      isoTime(clock.nowMs()),
      isoTime(grant.expiresAtMs),
    ],
  );
  if (rows.length === 0) return false;
  const data = {
    orderDigest: gate.orderDigest,
    gateId: gate.id,
    votes: voteIds,
    purpose,
    expiresAt: isoTime(grant.expiresAtMs),
  };
  await appendEntries(tx, [
    warrantEntry(
      { gate, actor: gatekeeper, type: 'warrant.granted', outcome: 'opened', data },
      clock,
    ),
  ]);
  return true;
}

export async function loadWarrantFile(sql: Sql, key: WarrantKey): Promise<WarrantFile | null> {
  const [gate] = await sql.query<{ id: string; tenant: string; order_body: Order }>(
    'select id, tenant, order_body from gates where order_digest = $1',
    [key.orderDigest],
  );
  if (gate === undefined) return null;
  const [row] = await sql.query<WarrantRow>(
    'select * from warrants where order_digest = $1 and purpose = $2',
    [key.orderDigest, key.purpose],
  );
  return {
    order: gate.order_body,
    warrant: row === undefined ? null : toWarrant(row),
    votes: await castVotes(sql, { gateId: gate.id }),
    approvers: await loadApprovers(sql, gate.tenant),
  };
}

/**
 * Spends the warrant: true for exactly one caller, ever. Belongs into the transaction that writes the effect's intent;
 * two executors at once queue at the row, and the second finds it used.
 */
export async function useWarrant(tx: Sql, key: WarrantKey, clock: Clock): Promise<boolean> {
  const now = isoTime(clock.nowMs());
  const [row] = await tx.query<WarrantRow>(
    `update warrants set used_at = $3
      where order_digest = $1 and purpose = $2 and used_at is null and void_reason is null and expires_at > $3
      returning *`,
    [key.orderDigest, key.purpose, now],
  );
  if (row === undefined) return false;
  const gate = await gateOf(tx, row.gate_id);
  const data = {
    orderDigest: key.orderDigest,
    gateId: row.gate_id,
    votes: row.vote_ids,
    purpose: key.purpose,
  };
  await appendEntries(tx, [
    warrantEntry({ gate, actor: executor, type: 'warrant.used', outcome: 'done', data }, clock),
  ]);
  return true;
}

export interface WarrantVoiding {
  readonly orderDigest: string;
  /** Left out: for every purpose. */
  readonly purpose?: WarrantPurpose;
  readonly reason: string;
}

/** Voids what was granted for the order and not used. Returns how many. */
export async function voidWarrants(
  tx: Sql,
  voiding: WarrantVoiding,
  clock: Clock,
): Promise<number> {
  const rows = await tx.query<WarrantRow>(
    `update warrants set void_reason = $2
      where order_digest = $1 and ($3::text is null or purpose = $3) and used_at is null and void_reason is null
      returning *`,
    [voiding.orderDigest, voiding.reason, voiding.purpose ?? null],
  );
  for (const row of rows) {
    const gate = await gateOf(tx, row.gate_id);
    const data = {
      orderDigest: row.order_digest,
      gateId: row.gate_id,
      purpose: row.purpose,
      reason: voiding.reason,
    };
    await appendEntries(tx, [
      warrantEntry(
        { gate, actor: gatekeeper, type: 'warrant.void', outcome: 'closed', data },
        clock,
      ),
    ]);
  }
  return rows.length;
}

interface WarrantFact {
  readonly gate: WarrantGate;
  readonly actor: Actor;
  readonly type: 'warrant.granted' | 'warrant.used' | 'warrant.void';
  readonly outcome: Entry['outcome'];
  readonly data: Entry['data'];
}

/** The subject of a warrant's entry is the digest of its order. */
function warrantEntry({ gate, ...fact }: WarrantFact, clock: Clock): Entry {
  return newEntry(
    {
      tenant: gate.tenant,
      incident: gate.incidentId,
      run: gate.runKey,
      subject: gate.orderDigest,
      ...fact,
    },
    clock,
  );
}

async function gateOf(tx: Sql, gateId: string): Promise<WarrantGate> {
  const [row] = await tx.query<WarrantGate>(
    `select id, tenant, incident_id as "incidentId", run_key as "runKey", order_digest as "orderDigest" from gates where id = $1`,
    [gateId],
  );
  // A warrant without a gate was not granted by this engine; its entry still has to say so.
  return row ?? { id: gateId, tenant: '', incidentId: '', runKey: '', orderDigest: '' };
}

interface WarrantRow {
  readonly order_digest: string;
  readonly purpose: WarrantPurpose;
  readonly gate_id: string;
  readonly vote_ids: readonly string[];
  readonly expires_at: Date;
  readonly used_at: Date | null;
  readonly void_reason: string | null;
}

function toWarrant(row: WarrantRow): Warrant {
  return {
    orderDigest: row.order_digest,
    purpose: row.purpose,
    gateId: row.gate_id,
    voteIds: row.vote_ids,
    expiresAtMs: row.expires_at.getTime(),
    usedAtMs: row.used_at?.getTime() ?? null,
    voidReason: row.void_reason,
  };
}
