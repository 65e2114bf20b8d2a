import type { CasePlan, CaseReason, CasesKnown } from '../domain/case-join.ts';
import { isoTime } from '../platform/clock.ts';
import type { Sql } from './database.ts';

export interface KeyedIncident {
  readonly incident: string;
  readonly seenAt: string;
  readonly keys: readonly SharedKey[];
}

export interface SharedKey {
  readonly kind: string;
  readonly value: string;
  /** What the value is under other keys of its tokens. */
  readonly others?: readonly string[];
}

export interface PeerRow {
  readonly incident_id: string;
  readonly kind: string;
  readonly value: string;
  readonly peer: string;
}

/** Cases are joined by one transaction at a time: two incidents that meet must not open two cases. */
export async function lockCases(tx: Sql, tenant: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('sallyport/cases/' || $1, 0))", [
    tenant,
  ]);
}

/**
 * Finds for each key of each incident one that shares it: the latest that was there before, and one of these here.
 * `offset 0`: each key is looked up by itself, however many PostgreSQL expects.
 */
export async function meetByKeys(
  tx: Sql,
  incidents: readonly KeyedIncident[],
  of: { readonly tenant: string; readonly withinMs: number },
): Promise<readonly PeerRow[]> {
  const all = seenKeys(incidents);
  const before = await tx.query<{ key: string; incident_id: string; seen_at: Date }>(
    `select c.key, c.incident_id, c.seen_at from unnest($2::text[]) as k(key)
      cross join lateral (select * from case_keys where tenant = $1 and key = k.key offset 0) c`,
    [of.tenant, [...new Set(all.flatMap(namesOf))]],
  );
  const known = new Map(
    before.map((row) => [row.key, { incident: row.incident_id, seenMs: row.seen_at.getTime() }]),
  );
  const here = Map.groupBy(all, nameOf);
  return all.flatMap((own) => {
    const meets = (one: Seen): boolean =>
      one.incident !== own.incident && Math.abs(one.seenMs - own.seenMs) <= of.withinMs;
    const { kind, value, incident } = own;
    const names = namesOf(own);
    const earlier = names.map((name) => known.get(name)).filter((one) => one !== undefined);
    const beside = names.flatMap((name) => here.get(name) ?? []).find(meets);
    return [earlier.find(meets), beside]
      .filter((one) => one !== undefined)
      .map((peer) => ({ incident_id: incident, kind, value, peer: peer.incident }));
  });
}

interface Seen {
  readonly incident: string;
  readonly seenMs: number;
}

type SeenKey = Seen & SharedKey;

const nameOf = ({ kind, value }: SeenKey): string => `${kind}=${value}`;
const namesOf = ({ kind, value, others = [] }: SeenKey): readonly string[] =>
  [value, ...others].map((each) => `${kind}=${each}`);

const seenKeys = (incidents: readonly KeyedIncident[]): readonly SeenKey[] =>
  incidents.flatMap(({ incident, seenAt, keys }) =>
    keys.map((each) => ({ ...each, incident, seenMs: Date.parse(seenAt) })),
  );

/**
 * Keeps for each key its latest incident. One that was left out of a full case only shows that the key is still in use:
 * those that come later shall meet the case, and not begin another.
 */
export async function keepCaseKeys(
  tx: Sql,
  incidents: readonly KeyedIncident[],
  of: { readonly tenant: string; readonly leftOut: ReadonlySet<string> },
): Promise<void> {
  const latest = new Map<string, SeenKey>();
  for (const one of seenKeys(incidents)) {
    const before = latest.get(nameOf(one));
    const better =
      before === undefined ||
      (of.leftOut.has(before.incident) && !of.leftOut.has(one.incident)) ||
      (of.leftOut.has(before.incident) === of.leftOut.has(one.incident) &&
        one.seenMs > before.seenMs);
    if (better) latest.set(nameOf(one), one);
  }
  const rows = [...latest].map(([key, { incident, seenMs }]) => ({
    key,
    incident,
    seen: isoTime(seenMs),
    left: of.leftOut.has(incident),
  }));
  await tx.query(
    `insert into case_keys (tenant, key, incident_id, seen_at)
     select $1, key, incident, seen from jsonb_to_recordset($2::jsonb) as k(key text, incident text, seen timestamptz)
     on conflict (tenant, key) do update
        set incident_id = case when excluded.incident_id = any($3::text[]) then case_keys.incident_id else excluded.incident_id end,
            seen_at = excluded.seen_at
      where case_keys.seen_at <= excluded.seen_at`,
    [
      of.tenant,
      JSON.stringify(rows),
      rows.filter(({ left }) => left).map(({ incident }) => incident),
    ],
  );
}

export async function knownCases(tx: Sql, incidents: readonly string[]): Promise<CasesKnown> {
  const rows = await tx.query<{ incident_id: string; case_id: string; members: number }>(
    `select m.incident_id, m.case_id, c.members from case_members m join cases c on c.id = m.case_id
      where m.incident_id = any($1::text[])`,
    [incidents],
  );
  return {
    caseOf: new Map(rows.map((row) => [row.incident_id, row.case_id])),
    members: new Map(rows.map((row) => [row.case_id, row.members])),
  };
}

export async function saveCases(
  tx: Sql,
  plan: CasePlan,
  of: { readonly tenant: string; readonly at: string },
): Promise<void> {
  const { tenant, at } = of;
  await tx.query(
    'insert into cases (id, tenant, opened_at, joined_at) select id, $2, $3, $3 from unnest($1::text[]) as id on conflict do nothing',
    [plan.opened, tenant, at],
  );
  await tx.query(
    `insert into case_members (incident_id, tenant, case_id, because, joined_at)
     select incident, $2, "caseId", because, $3 from jsonb_to_recordset($1::jsonb) as m(incident text, "caseId" text, because jsonb)
     on conflict (incident_id) do nothing`,
    [JSON.stringify(plan.joined), tenant, at],
  );
  for (const { from, to } of plan.merged)
    await tx.query('update case_members set case_id = $2 where case_id = $1', [from, to]);
  const touched = [...plan.opened, ...plan.joined.map((each) => each.caseId)];
  const changed = [...touched, ...plan.merged.flatMap(({ from, to }) => [from, to])];
  await tx.query(
    `update cases c set members = (select count(*) from case_members m where m.case_id = c.id), joined_at = $2
      where c.id = any($1::text[])`,
    [changed, at],
  );
  for (const [id, more] of plan.overflow)
    await tx.query('update cases set overflow = overflow + $2 where id = $1', [id, more]);
}

/** A case as one of its incidents shows it. */
export interface CaseView {
  readonly id: string;
  readonly size: number;
  /** Incidents that would have joined beyond the bound. */
  readonly overflow: number;
  /** The latest to join first, at most `membersShown`. */
  readonly members: readonly {
    readonly id: string;
    readonly number: number;
    readonly state: string;
    readonly severityId: number;
    readonly title: string;
    readonly because: CaseReason;
  }[];
}

const membersShown = 50;

export async function caseOfIncident(sql: Sql, incidentId: string): Promise<CaseView | null> {
  const [row] = await sql.query<{ id: string; members: number; overflow: number }>(
    `select c.id, c.members, c.overflow from case_members m join cases c on c.id = m.case_id where m.incident_id = $1`,
    [incidentId],
  );
  if (row === undefined) return null;
  const members = await sql.query<CaseView['members'][number]>(
    `select i.id, i.number, i.state, i.severity_id as "severityId", i.title, m.because
       from case_members m join incidents i on i.id = m.incident_id
      where m.case_id = $1 order by m.joined_at desc, i.number desc limit $2`,
    [row.id, membersShown],
  );
  return { id: row.id, size: row.members, overflow: row.overflow, members };
}
