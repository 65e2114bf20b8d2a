import { SallyportError } from '../domain/errors.ts';
import type { Entry } from '../domain/entry.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { readPlan } from '../domain/upcast.ts';
import type { Plan } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../store/database.ts';
import type { Catalog } from './load.ts';

export type NewEntry = Omit<Entry, 'schema' | 'id' | 'time'>;

export interface RecordCatalogDeps {
  readonly clock: Clock;
  readonly tenant: string;
  /** Writes audit entries in the transaction of the load; the audit room's append, passed in by the composition root. */
  readonly append: (tx: Sql, entries: readonly NewEntry[]) => Promise<void>;
}

/** Loads of two processes at once are recorded one after the other. */
const loadLock = 7_041_001;

/**
 * Saves plans and policy by digest, and what is in force now. A load that changes nothing writes nothing; one that goes
 * back to an older version is a change too. Throws PLAYBOOK_INVALID where the catalog has problems.
 */
export async function recordCatalog(
  db: Database,
  catalog: Catalog,
  deps: RecordCatalogDeps,
): Promise<{ readonly changed: readonly string[] }> {
  const { policy } = catalog;
  if (catalog.problems.length > 0 || policy === null)
    throw new SallyportError('PLAYBOOK_INVALID', 'a catalog with problems is not recorded');
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [loadLock]);
    const entries: NewEntry[] = [];
    for (const [name, { plan, digest }] of catalog.plans) {
      const before = await digestInForce(
        tx,
        'select digest from plans where name = $1 order by loaded_at desc limit 1',
        [name],
      );
      if (before === digest) continue;
      await savePlan(tx, { plan, digest, deps });
      entries.push(
        entryOf('playbook.loaded', deps, {
          subject: digest,
          data: { name, version: plan.version, author: plan.author, digest, before },
        }),
      );
    }
    const before = await digestInForce(
      tx,
      'select digest from policies order by loaded_at desc limit 1',
      [],
    );
    if (before !== catalog.policyDigest) {
      await savePolicy(tx, { policy, digest: catalog.policyDigest, deps });
      entries.push(
        entryOf('policy.loaded', deps, {
          subject: catalog.policyDigest,
          data: { digest: catalog.policyDigest, before, ...countsOf(policy) },
        }),
      );
    }
    if (entries.length > 0) await deps.append(tx, entries);
    return { changed: entries.map((entry) => entry.subject ?? '') };
  });
}

/** The plan that a run was started with, whatever was loaded since; null where there is none. */
export async function planByDigest(db: Sql, digest: string): Promise<Plan | null> {
  const [row] = await db.query<{ body: unknown }>('select body from plans where digest = $1', [
    digest,
  ]);
  return row === undefined ? null : readPlan(row.body);
}

export async function policyByDigest(db: Sql, digest: string): Promise<Policy | null> {
  const [row] = await db.query<{ body: Policy }>('select body from policies where digest = $1', [
    digest,
  ]);
  return row?.body ?? null;
}

async function digestInForce(
  tx: Sql,
  text: string,
  values: readonly unknown[],
): Promise<string | null> {
  const [row] = await tx.query<{ digest: string }>(text, values);
  return row?.digest ?? null;
}

interface Saved {
  readonly digest: string;
  readonly deps: RecordCatalogDeps;
}

async function savePlan(
  tx: Sql,
  { plan, digest, deps }: Saved & { readonly plan: Plan },
): Promise<void> {
  await tx.query(
    `insert into plans (digest, name, version, author, body, loaded_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (digest) do update set loaded_at = excluded.loaded_at`,
    [
      digest,
      plan.name,
      plan.version,
      plan.author,
      JSON.stringify(plan),
      isoTime(deps.clock.nowMs()),
    ],
  );
}

async function savePolicy(
  tx: Sql,
  { policy, digest, deps }: Saved & { readonly policy: Policy },
): Promise<void> {
  await tx.query(
    `insert into policies (digest, body, loaded_at) values ($1, $2, $3)
     on conflict (digest) do update set loaded_at = excluded.loaded_at`,
    [digest, JSON.stringify(policy), isoTime(deps.clock.nowMs())],
  );
}

function entryOf(
  type: Entry['type'],
  deps: RecordCatalogDeps,
  { subject, data }: { readonly subject: string; readonly data: JsonObject },
): NewEntry {
  return {
    tenant: deps.tenant,
    type,
    actor: { kind: 'service', id: 'sallyport' },
    incident: null,
    run: null,
    subject,
    outcome: 'done',
    data,
  };
}

function countsOf(policy: Policy): { readonly [part: string]: Json } {
  return {
    triage: policy.triage.length,
    approvals: policy.approvals.length,
    grants: policy.grants.length,
    suppressions: policy.suppressions.length,
    correlation: policy.correlation.length,
    protectedTargets: policy.protectedTargets.length,
  };
}
