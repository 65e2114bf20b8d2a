import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Actor } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Approver } from '../domain/vote.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import { isPublicKey, keyIdOf } from '../platform/signature.ts';
import type { Sql } from './database.ts';

export interface ApproverChange {
  readonly tenant: string;
  readonly actor: Actor;
  readonly reason: string;
}

export interface NewApprover extends ApproverChange {
  readonly id: string;
  readonly person: string;
  readonly kind: 'person' | 'service';
  readonly groups: readonly string[];
  readonly publicKeys: readonly string[];
}

const approversMax = 1000;

export async function loadApprovers(sql: Sql, tenant: string): Promise<readonly Approver[]> {
  const rows = await sql.query<ApproverRow>(
    'select * from approvers where tenant = $1 order by id limit $2',
    [tenant, approversMax],
  );
  return rows.map(toApprover);
}

/**
 * Registers an approver, or gives a known one other groups and further keys. Who an id stands for never changes
 * (`CONFLICT`), a revoked approver or key never comes back: votes of the past must keep their meaning.
 */
export async function addApprover(tx: Sql, added: NewApprover, clock: Clock): Promise<Approver> {
  const bad = added.publicKeys.find((key) => !isPublicKey(key));
  if (bad !== undefined)
    throw new SallyportError(
      'REQUEST_INVALID',
      'a public key is 32 bytes in base64 and not a weak point',
    );
  const known = await lockApprover(tx, added);
  if (known?.revokedAt)
    throw new SallyportError('CONFLICT', 'the approver was revoked; register another id');
  if (known !== null && (known.person !== added.person || known.kind !== added.kind)) {
    throw new SallyportError('CONFLICT', 'the id stands for somebody else');
  }
  const fresh = added.publicKeys.filter(
    (publicKey) => !known?.keys.some((key) => key.publicKey === publicKey),
  );
  await refuseSharedKeys(tx, fresh, added);
  const keys = [
    ...(known?.keys ?? []),
    ...fresh.map((publicKey) => ({ keyId: keyIdOf(publicKey), publicKey, revokedAt: null })),
  ];
  const approver: Approver = {
    id: added.id,
    person: added.person,
    kind: added.kind,
    groups: added.groups,
    keys,
    revokedAt: null,
  };
  return saveApprover(
    tx,
    { approver, change: known === null ? 'added' : 'changed', by: added },
    clock,
  );
}

/** Revokes the approver, or only the key that `keyId` names. Counts at once: also for votes already cast. NOT_FOUND. */
export async function revokeApprover(
  tx: Sql,
  revoked: ApproverChange & { readonly id: string; readonly keyId?: string },
  clock: Clock,
): Promise<Approver> {
  const known = await lockApprover(tx, revoked);
  if (known === null) throw new SallyportError('NOT_FOUND', 'no such approver');
  const now = isoTime(clock.nowMs());
  if (revoked.keyId === undefined) {
    return saveApprover(
      tx,
      { approver: { ...known, revokedAt: known.revokedAt ?? now }, change: 'revoked', by: revoked },
      clock,
    );
  }
  if (!known.keys.some((key) => key.keyId === revoked.keyId))
    throw new SallyportError('NOT_FOUND', 'the approver has no such key');
  const keys = known.keys.map((key) =>
    key.keyId === revoked.keyId ? { ...key, revokedAt: key.revokedAt ?? now } : key,
  );
  return saveApprover(
    tx,
    { approver: { ...known, keys }, change: 'key-revoked', by: revoked },
    clock,
  );
}

interface Saving {
  readonly approver: Approver;
  readonly change: 'added' | 'changed' | 'revoked' | 'key-revoked';
  readonly by: ApproverChange;
}

async function saveApprover(
  tx: Sql,
  { approver, change, by }: Saving,
  clock: Clock,
): Promise<Approver> {
  const now = isoTime(clock.nowMs());
  await tx.query(
    `insert into approvers (id, tenant, person, kind, groups, keys, revoked_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set groups = excluded.groups, keys = excluded.keys, revoked_at = excluded.revoked_at, changed_at = excluded.changed_at`,
    [
      approver.id,
      by.tenant,
      approver.person,
      approver.kind,
      approver.groups,
      JSON.stringify(approver.keys),
      approver.revokedAt,
      now,
    ],
  );
  const { id, person, kind, groups, keys, revokedAt } = approver;
  const data = {
    change,
    reason: by.reason,
    approver: { id, person, kind, groups, keys: keys as Json, revokedAt },
  };
  await appendEntries(tx, [
    newEntry(
      {
        tenant: by.tenant,
        type: 'approver.changed',
        actor: by.actor,
        incident: null,
        run: null,
        subject: id,
        outcome: 'done',
        data,
      },
      clock,
    ),
  ]);
  return approver;
}

async function lockApprover(
  tx: Sql,
  of: { readonly tenant: string; readonly id: string },
): Promise<Approver | null> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('approvers/' || $1, 0))`, [
    of.tenant,
  ]);
  const [row] = await tx.query<ApproverRow & { tenant: string }>(
    'select * from approvers where id = $1 for update',
    [of.id],
  );
  if (row === undefined) return null;
  if (row.tenant !== of.tenant) throw new SallyportError('CONFLICT', 'the id is taken');
  return toApprover(row);
}

/** SECURITY: one key under two ids would let one signer look like two people. */
async function refuseSharedKeys(
  tx: Sql,
  publicKeys: readonly string[],
  added: NewApprover,
): Promise<void> {
  const others = (await loadApprovers(tx, added.tenant)).filter((item) => item.id !== added.id);
  const shared = others.some((other) =>
    other.keys.some((key) => publicKeys.includes(key.publicKey)),
  );
  if (shared) throw new SallyportError('CONFLICT', 'the key belongs to another approver');
}

interface ApproverRow {
  readonly id: string;
  readonly person: string;
  readonly kind: 'person' | 'service';
  readonly groups: readonly string[];
  readonly keys: Approver['keys'];
  readonly revoked_at: Date | null;
}

function toApprover(row: ApproverRow): Approver {
  const { id, person, kind, groups, keys } = row;
  return { id, person, kind, groups, keys, revokedAt: row.revoked_at?.toISOString() ?? null };
}
