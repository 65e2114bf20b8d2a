import type { CasePolicy, EntityFacts } from '../domain/correlation.ts';
import { SallyportError } from '../domain/errors.ts';
import { evaluate } from '../domain/expression.ts';
import type { Finding } from '../domain/finding.ts';
import { globMatches } from '../domain/glob.ts';
import { asJson, type Json, type JsonObject } from '../domain/json.ts';
import { select } from '../domain/path.ts';
import { entityFacts } from './entity-facts.ts';

export interface CaseKey {
  readonly kind: string;
  readonly value: string;
}

export const caseKeyLimits = { keys: 30, valueChars: 512 } as const;

/** What an incident may share with others, by `policy/cases.yaml`; in lower case, each once. */
export function caseKeysOf(finding: Finding, { keys }: CasePolicy): readonly CaseKey[] {
  const entity: EntityFacts = entityFacts(finding);
  const facts: JsonObject = { finding: asJson(finding), entity };
  const found = new Map<string, CaseKey>();
  for (const rule of keys) {
    if (finding.severityId < rule.severityMin) continue;
    for (const text of valuesOf(rule.from, facts)) {
      const value = text.toLowerCase().slice(0, caseKeyLimits.valueChars).toWellFormed();
      if (rule.except.some((glob) => globMatches(glob, value))) continue;
      found.set(`${rule.kind}=${value}`, { kind: rule.kind, value });
    }
  }
  return [...found.values()].slice(0, caseKeyLimits.keys);
}

function valuesOf(from: readonly string[], facts: JsonObject): readonly string[] {
  const read = from.map((path) =>
    textsOf(path.startsWith('$') ? select(path, facts) : cel(path, facts)),
  );
  const [only = []] = read;
  if (read.length === 1) return only;
  const firsts = read.map(([first = '']) => first);
  return firsts.includes('') ? [] : [firsts.join('/')];
}

const textsOf = (value: Json | undefined): readonly string[] =>
  (Array.isArray(value) ? (value as readonly Json[]) : [value]).filter(
    (item): item is string => typeof item === 'string' && item !== '',
  );

/** An expression that fails on this finding says nothing about it. */
function cel(source: string, { finding = null }: JsonObject): Json | undefined {
  try {
    return evaluate(source, { finding });
  } catch (error) {
    if (error instanceof SallyportError) return undefined;
    throw error;
  }
}
