import { SallyportError } from './errors.ts';
import { evaluateWith, prepareFacts, type PreparedFacts } from './expression.ts';
import type {
  Facts,
  OwnerRule,
  Policy,
  TriageDecision,
  TriageRule,
  TriageTrace,
} from './policy.ts';
import { isObject } from './json.ts';
import { select } from './path.ts';
import { decidePriority } from './priority.ts';
import { quietUntilMs, type QuietWindow } from './quiet.ts';

type Tried = TriageTrace['tried'][number];

export interface PolicyInForce {
  readonly policy: Policy;
  readonly policyDigest: string;
  /** Those that people made beside the policy. */
  readonly windows?: readonly QuietWindow[];
}

/** What is done where no rule matches: nothing is lost for want of a rule. */
export const unmatchedDecision: TriageDecision = { kind: 'ticket', form: 'full' };

/**
 * Decides what becomes of an incident, and says why. What is quiet first, then the rules in order; the first match
 * wins. A condition that fails or gives no truth value is no match, and is recorded. Pure.
 */
export function decideTriage(
  { policy, policyDigest, windows }: PolicyInForce,
  facts: Facts,
  nowMs: number,
): TriageTrace {
  const prepared = prepareFacts(facts);
  const tried: Tried[] = [];
  const severityId = severityOf(facts);
  const quiet = [...policy.suppressions, ...(windows ?? [])];
  const chosen = hide(quiet, { prepared, tried, severityId, nowMs }) ??
    match(policy.triage, prepared, tried) ?? { rule: null, decision: unmatchedDecision };
  return {
    policyDigest,
    ...chosen,
    tried,
    priority: decidePriority(policy.priority, facts),
    owner: decideOwner(policy, prepared),
  };
}

interface Choice {
  readonly rule: TriageTrace['rule'];
  readonly decision: TriageDecision;
  readonly again?: string;
}

interface QuietCheck {
  readonly prepared: PreparedFacts;
  readonly tried: Tried[];
  readonly severityId: number;
  readonly nowMs: number;
}

/** Only what matched or failed is noted: a window that does not apply says nothing about the incident. */
function hide(windows: readonly QuietWindow[], check: QuietCheck): Choice | null {
  for (const row of windows) {
    const untilMs = quietUntilMs(row, check.nowMs);
    if (untilMs === null) continue;
    const outcome = test(row.when, check.prepared);
    if (outcome.verdict === 'no match') continue;
    if (outcome.verdict === 'match' && check.severityId >= row.floor) {
      const detail = `severity ${check.severityId} breaks through from ${row.floor} on: ${row.when}`;
      check.tried.push({ rule: row.id, verdict: 'no match', detail });
      continue;
    }
    check.tried.push({ rule: row.id, ...outcome });
    if (outcome.verdict !== 'match') continue;
    const until = new Date(untilMs).toISOString();
    const word = row.kind === 'maintenance' ? 'hidden by maintenance' : 'suppressed';
    const change = row.change === '' ? '' : ` (${row.change})`;
    const reason = `${word} until ${until} by ${row.owner}: ${row.reason}${change}`;
    return {
      rule: { id: row.id, version: 1 },
      decision: { kind: 'ignore', reason },
      // What outlasts the work is no part of it.
      ...(row.kind === 'maintenance' ? { again: until } : {}),
    };
  }
  return null;
}

function severityOf(facts: Facts): number {
  const { finding } = facts;
  const severity = isObject(finding) ? finding['severityId'] : 0;
  return typeof severity === 'number' ? severity : 0;
}

function match(
  rules: readonly TriageRule[],
  prepared: PreparedFacts,
  tried: Tried[],
): Choice | null {
  for (const rule of rules) {
    const outcome = test(rule.when, prepared);
    tried.push({ rule: rule.id, ...outcome });
    if (outcome.verdict === 'match')
      return { rule: { id: rule.id, version: rule.version }, decision: rule.do };
  }
  return null;
}

function test(when: string, prepared: PreparedFacts): Pick<Tried, 'verdict' | 'detail'> {
  try {
    const value = evaluateWith(when, prepared);
    if (value === true) return { verdict: 'match', detail: when };
    if (value === false) return { verdict: 'no match', detail: when };
    return { verdict: 'error', detail: `not a truth value: ${when}` };
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    return { verdict: 'error', detail: `${error.message}: ${when}` };
  }
}

const teamChars = 64;

function teamOf({ team, teamFrom }: OwnerRule, facts: Facts): string {
  const named = teamFrom === undefined ? '' : select(teamFrom, facts);
  return typeof named === 'string' && named !== '' ? named.slice(0, teamChars) : team;
}

function decideOwner(policy: Policy, prepared: PreparedFacts): TriageTrace['owner'] {
  for (const owner of policy.routing.owners) {
    if (test(owner.when, prepared).verdict === 'match')
      return { team: teamOf(owner, prepared.facts), why: `${owner.id}: ${owner.when}` };
  }
  return { team: policy.routing.fallback, why: 'nobody owns it; the fallback owner' };
}
