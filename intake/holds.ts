import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { CorrelationRule } from '../domain/correlation.ts';
import { decideHold, servicesOf, type Hold, type RecentDeploy } from '../domain/hold.ts';
import type { DueIncident } from '../domain/triage.ts';
import type { Policy } from '../domain/policy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from '../store/database.ts';
import { latestDeploys } from '../store/deploys.ts';

/** A due incident with what says whether it waits. */
export interface Holdable extends DueIncident {
  readonly joinRule: string;
  readonly hold: Hold | null;
  readonly clearTimesMs: readonly number[];
}

export interface HoldDeps {
  readonly tenant: string;
  readonly clock: Clock;
  readonly policy: Policy;
}

interface Decided {
  readonly incident: Holdable;
  readonly hold: Hold;
  readonly kind: 'begin' | 'keep' | 'release';
}

/** Lets incidents wait that a deploy or flapping explains, with their entries; gives back those that go on now. */
export async function withoutHeld(
  tx: Sql,
  due: readonly Holdable[],
  { tenant, clock, policy }: HoldDeps,
): Promise<readonly Holdable[]> {
  const nowMs = clock.nowMs();
  const rules = new Map(policy.correlation.map((rule) => [rule.id, rule]));
  const deploys = await deploysFor(tx, due, { tenant, policy, nowMs });
  const decided: Decided[] = [];
  for (const incident of due) {
    const verdict = decideHold(
      {
        state: incident.state,
        severityId: incident.severityId,
        triaged: incident.trace !== null,
        worse: incident.triagedSeverity >= 0 && incident.severityId > incident.triagedSeverity,
        asked: incident.requests.length > 0,
        hold: incident.hold,
        flapping: flappingOf(rules, incident),
        clearTimesMs: incident.clearTimesMs,
        deploy: deploys(incident),
      },
      policy.quiet.deploys,
      nowMs,
    );
    if (verdict.kind !== 'none') decided.push({ incident, ...verdict });
  }
  await save(tx, decided);
  await appendEntries(
    tx,
    decided.filter(({ kind }) => kind !== 'keep').map((each) => entryOf(each, tenant, clock)),
  );
  const waiting = new Set(
    decided.filter(({ kind }) => kind !== 'release').map(({ incident }) => incident.id),
  );
  return due.filter(({ id }) => !waiting.has(id));
}

const flappingOf = (
  rules: ReadonlyMap<string, CorrelationRule>,
  { joinRule }: Holdable,
): CorrelationRule['flapping'] => rules.get(joinRule)?.flapping ?? null;

interface DeployQuestion {
  readonly tenant: string;
  readonly policy: Policy;
  readonly nowMs: number;
}

async function deploysFor(
  tx: Sql,
  due: readonly Holdable[],
  { tenant, policy, nowMs }: DeployQuestion,
): Promise<(incident: Holdable) => RecentDeploy | null> {
  const { deploys } = policy.quiet;
  if (deploys === null) return () => null;
  const candidates = due.filter(
    (each) => each.trace === null && each.severityId < deploys.below && each.hold === null,
  );
  const services = new Map(candidates.map((each) => [each.id, servicesOf(each.facts)]));
  const latest = await latestDeploys(tx, {
    tenant,
    services: [...new Set([...services.values()].flat())],
    sinceMs: nowMs - deploys.holdMs,
    nowMs,
  });
  return ({ id }) =>
    (services.get(id) ?? [])
      .flatMap((name) => latest.get(name) ?? [])
      .toSorted((a, b) => b.atMs - a.atMs)[0] ?? null;
}

async function save(tx: Sql, decided: readonly Decided[]): Promise<void> {
  if (decided.length === 0) return;
  const rows = decided.map(({ incident, hold, kind }) => ({
    id: incident.id,
    hold,
    due: kind === 'release' ? null : hold.until,
  }));
  await tx.query(
    `update incidents i set hold = r.hold, due_at = coalesce(r.due, i.due_at)
       from jsonb_to_recordset($1::jsonb) as r(id text, hold jsonb, due timestamptz) where i.id = r.id`,
    [JSON.stringify(rows)],
  );
}

function entryOf(
  { incident, hold, kind }: Decided,
  tenant: string,
  clock: Clock,
): ReturnType<typeof newEntry> {
  const { kind: cause, until, why, ref } = hold;
  const early = kind === 'release' && clock.nowMs() < Date.parse(until);
  return newEntry(
    {
      tenant,
      type: 'incident.held',
      actor: { kind: 'service', id: 'triage' },
      incident: incident.id,
      run: null,
      subject: ref,
      outcome: kind === 'release' ? 'closed' : 'held',
      data: {
        kind: cause,
        until,
        why,
        severityId: incident.severityId,
        ...(kind === 'release' ? { early } : {}),
      },
    },
    clock,
  );
}
