import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { planCases, type CasePlan, type Joiner } from '../domain/case-join.ts';
import type { CasePolicy } from '../domain/correlation.ts';
import { idOf } from '../domain/digest.ts';
import { SallyportError } from '../domain/errors.ts';
import type { DueIncident } from '../domain/triage.ts';
import { readFinding } from '../domain/upcast.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import { keepCaseKeys, knownCases, lockCases, meetByKeys, saveCases } from '../store/cases.ts';
import type { Sql } from '../store/database.ts';
import { caseKeysOf, type CaseKey } from './case-keys.ts';
import { withOtherNames } from './other-names.ts';

export interface CaseDeps {
  readonly tenant: string;
  readonly clock: Clock;
  readonly cases: CasePolicy;
}

/**
 * Links the incidents that triage sees for the first time, or that got worse, to those that share a key with them, with
 * an entry for each. What a case holds changes nothing about the ticket or the playbook of any of them.
 */
export async function joinCases(
  tx: Sql,
  incidents: readonly DueIncident[],
  { tenant, clock, cases }: CaseDeps,
): Promise<void> {
  const keyed = incidents
    .filter((each) => each.state !== 'closed' && each.triagedSeverity < each.severityId)
    .map((each) => ({
      incident: each.id,
      seenAt: isoTime(each.receivedAtMs),
      keys: keysOf(each, cases),
    }))
    .filter(({ keys }) => keys.length > 0);
  if (keyed.length === 0) return;
  await lockCases(tx, tenant);
  const named = await withOtherNames(tx, tenant, keyed);
  const peers = await meetByKeys(tx, named, { tenant, withinMs: cases.withinMs });
  const joiners = keyed.flatMap(({ incident }): Joiner[] => {
    const shared = peers
      .filter((row) => row.incident_id === incident)
      .map(({ peer, kind, value }) => ({ incident: peer, kind, value }));
    return shared.length === 0 ? [] : [{ incident, peers: shared }];
  });
  if (joiners.length === 0) return keepCaseKeys(tx, keyed, { tenant, leftOut: new Set() });
  const known = await knownCases(tx, [
    ...new Set(joiners.flatMap((each) => [each.incident, ...each.peers.map((p) => p.incident)])),
  ]);
  const plan = planCases(joiners, known, {
    membersMax: cases.membersMax,
    caseIdOf: (incident) => idOf('cas', 'sallyport/case/v1', [tenant, incident]),
  });
  await saveCases(tx, plan, { tenant, at: isoTime(clock.nowMs()) });
  await keepCaseKeys(tx, keyed, { tenant, leftOut: plan.leftOut });
  await appendEntries(tx, entriesOf(plan, tenant, clock));
}

/** None where a newer version filed the finding: being in no case is better than holding up the batch. */
function keysOf({ facts }: DueIncident, cases: CasePolicy): readonly CaseKey[] {
  try {
    return caseKeysOf(readFinding(facts['finding']), cases);
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'SCHEMA_UNKNOWN') return [];
    throw error;
  }
}

function entriesOf(plan: CasePlan, tenant: string, clock: Clock): ReturnType<typeof newEntry>[] {
  const actor = { kind: 'service', id: 'triage' } as const;
  const about = { tenant, actor, type: 'case.joined', run: null } as const;
  return [
    ...plan.joined.map(({ incident, caseId, because }) =>
      newEntry(
        { ...about, incident, subject: caseId, outcome: 'done', data: { ...because } },
        clock,
      ),
    ),
    ...plan.merged.map(({ from, to }) =>
      newEntry(
        { ...about, incident: null, subject: to, outcome: 'done', data: { mergedCase: from } },
        clock,
      ),
    ),
    ...[...plan.overflow].map(([caseId, more]) =>
      newEntry(
        { ...about, incident: null, subject: caseId, outcome: 'held', data: { overflow: more } },
        clock,
      ),
    ),
  ];
}
