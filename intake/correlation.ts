import { hash } from 'node:crypto';
import type { CorrelationRule, JoinWindow } from '../domain/correlation.ts';
import { canonicalJson } from '../domain/digest.ts';
import { SallyportError } from '../domain/errors.ts';
import { evaluateWith, prepareFacts, type PreparedFacts } from '../domain/expression.ts';
import type { Finding } from '../domain/finding.ts';
import { asJson, type Json, type JsonObject } from '../domain/json.ts';
import { select } from '../domain/path.ts';
import { entityFacts } from './entity-facts.ts';

/** Which problem a finding belongs to, and why. */
export interface Correlation {
  /** SHA-256 in hex over the canonical JSON of [version, tenant, format, rule value, entity parts]. */
  readonly key: string;
  /** The id of the correlation rule. */
  readonly rule: string;
  /** What went into the key, as `name=value`; empty where the finding stands alone. */
  readonly parts: readonly string[];
  readonly window: JoinWindow | null;
  readonly reopenMs: number;
}

export type Correlate = (finding: Finding) => Correlation;

export const correlationLimits = {
  /** What is longer is no name of a thing; it is cut, so that an entry can hold it. */
  valueChars: 1_024,
} as const;

/** The rules of the policy in force, by format. Rules of one format keep their order. */
export function createCorrelator(rules: readonly CorrelationRule[]): Correlate {
  const byFormat = new Map<string, readonly CorrelationRule[]>();
  const rulesFor = (format: string): readonly CorrelationRule[] => {
    const known = byFormat.get(format);
    if (known !== undefined) return known;
    const found = rules.filter(({ formats }) => formats.length === 0 || formats.includes(format));
    byFormat.set(format, found);
    return found;
  };
  return (finding) => {
    const view: View = {
      facts: { finding: asJson(finding), entity: entityFacts(finding) },
      prepared: prepareFacts({ finding: asJson(finding) }),
    };
    const rule = rulesFor(finding.format).find((each) => fits(each, finding, view));
    return rule === undefined ? standAlone(finding) : correlate(finding, rule, view);
  };
}

/** For what no rule may join: what could not be stored, or read. */
export function standAlone(finding: Finding, rule = 'alone'): Correlation {
  return {
    key: keyOf(finding, ['alone', finding.id]),
    rule,
    parts: [],
    window: null,
    reopenMs: 0,
  };
}

interface View {
  readonly facts: JsonObject;
  readonly prepared: PreparedFacts;
}

function fits({ sources, when }: CorrelationRule, finding: Finding, view: View): boolean {
  if (sources.length > 0 && !sources.includes(finding.source)) return false;
  return when === null || evaluated(when, view) === true;
}

function correlate(finding: Finding, rule: CorrelationRule, view: View): Correlation {
  const entity = entityOf(rule, view);
  if (entity.length === 0) return standAlone(finding, rule.id);
  const fired = firstOf(rule.rule, view);
  return {
    key: keyOf(finding, [fired, ...entity]),
    rule: rule.id,
    parts: [`rule=${fired}`, ...entity],
    window: rule.window,
    reopenMs: rule.reopenMs,
  };
}

const keyOf = (finding: Finding, parts: readonly string[]): string =>
  hash('sha256', canonicalJson(['v1', finding.tenant, finding.format, ...parts]), 'hex');

function firstOf(sources: readonly string[], view: View): string {
  for (const from of sources) {
    const text = textOf(from, view);
    if (text !== '') return text;
  }
  return '';
}

function entityOf({ entity }: CorrelationRule, view: View): readonly string[] {
  const found: string[] = [];
  for (const { name, from } of entity.parts) {
    const text = textOf(from, view);
    if (text === '') continue;
    found.push(`${name}=${text}`);
    if (entity.take === 'first') break;
  }
  return found;
}

/** Text, a number or a truth value; whatever else is there makes no part of a key. */
function textOf(from: string, view: View): string {
  const value = from.startsWith('$') ? select(from, view.facts) : evaluated(from, view);
  if (typeof value === 'string') return value.slice(0, correlationLimits.valueChars);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** An expression that fails on this finding says nothing about it. */
function evaluated(source: string, { prepared }: View): Json | undefined {
  try {
    return evaluateWith(source, prepared);
  } catch (error) {
    if (error instanceof SallyportError) return undefined;
    throw error;
  }
}
