import { SallyportError } from './errors.ts';
import { evaluateWith, prepareFacts, type PreparedFacts } from './expression.ts';
import type {
  Facts,
  Policy,
  Suppression,
  TriageDecision,
  TriageRule,
  TriageTrace,
} from './policy.ts';
import { decidePriority } from './priority.ts';

type Tried = TriageTrace['tried'][number];

export interface PolicyInForce {
  readonly policy: Policy;
  readonly policyDigest: string;
}

/** What is done where no rule matches: nothing is lost for want of a rule. */
export const unmatchedDecision: TriageDecision = { kind: 'ticket', form: 'full' };

/**
 * Decides what becomes of an incident, and says why. Suppressions first, then the rules in order; the first match
 * wins. A condition that fails or gives no truth value is no match, and is recorded. Pure.
 */
export function decideTriage(
  { policy, policyDigest }: PolicyInForce,
  facts: Facts,
  nowMs: number,
): TriageTrace {
  const prepared = prepareFacts(facts);
  const tried: Tried[] = [];
  const chosen = suppress(policy.suppressions, { prepared, tried, nowMs }) ??
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
}

interface SuppressionCheck {
  readonly prepared: PreparedFacts;
  readonly tried: Tried[];
  readonly nowMs: number;
}

/** Only what matched or failed is noted: a suppression that does not apply says nothing about the incident. */
function suppress(
  suppressions: readonly Suppression[],
  { prepared, tried, nowMs }: SuppressionCheck,
): Choice | null {
  for (const row of suppressions) {
    if (nowMs < Date.parse(row.from) || nowMs >= Date.parse(row.until)) continue;
    const outcome = test(row.when, prepared);
    if (outcome.verdict === 'no match') continue;
    const name = `suppression/${row.id}`;
    tried.push({ rule: name, ...outcome });
    if (outcome.verdict !== 'match') continue;
    const reason = `suppressed until ${row.until} by ${row.owner}: ${row.reason}`;
    return { rule: { id: name, version: 1 }, decision: { kind: 'ignore', reason } };
  }
  return null;
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

function decideOwner(policy: Policy, prepared: PreparedFacts): TriageTrace['owner'] {
  for (const owner of policy.routing.owners) {
    if (test(owner.when, prepared).verdict === 'match')
      return { team: owner.team, why: `${owner.id}: ${owner.when}` };
  }
  return { team: policy.routing.fallback, why: 'nobody owns it; the fallback owner' };
}
