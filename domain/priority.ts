import { severityNames, type SeverityId } from './finding.ts';
import { globMatches } from './glob.ts';
import { isObject, type Json } from './json.ts';
import type { Facts, Priority, PriorityPolicy } from './policy.ts';

/** Where each severity starts, before criticality and exposure move it: 1 is the most urgent. */
const startLevels: { readonly [Severity in SeverityId]: number } = {
  0: 3,
  1: 5,
  2: 4,
  3: 3,
  4: 2,
  5: 1,
  6: 1,
};
const criticalitySteps = { low: 1, normal: 0, high: -1, crown: -2 } as const;
const exposureSteps = { internal: 0, internet: -1 } as const;
const levels: readonly Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];
/** What is only informational never becomes urgent, whatever it is about. */
const informationalLevelMin = 4;

export interface Prioritised {
  readonly level: Priority;
  readonly why: string;
}

/**
 * Severity × criticality × exposure. Criticality and exposure come from the first pattern that matches the name of a
 * resource or of a host that was seen; the most critical of all resources counts.
 */
export function decidePriority(policy: PriorityPolicy, facts: Facts): Prioritised {
  const finding = facts['finding'];
  const severity = severityOf(isObject(finding) ? finding['severityId'] : undefined);
  const names = namesIn(finding);
  const criticality = strongest(policy.criticality, names, criticalitySteps);
  const exposure = strongest(policy.exposure, names, exposureSteps);
  const start = startLevels[severity];
  const moved = start + (criticality?.steps ?? 0) + (exposure?.steps ?? 0);
  const bounded = Math.min(5, Math.max(severity === 1 ? informationalLevelMin : 1, moved));
  const level = levels[bounded - 1] ?? 'P3';
  const why = [
    `severity ${severityNames[severity]} starts at ${levels[start - 1] ?? 'P3'}`,
    criticality === null
      ? 'no asset pattern matched'
      : `${criticality.name} is ${criticality.level} (${criticality.match})`,
    exposure === null
      ? 'exposure internal'
      : `${exposure.name} is exposed to the ${exposure.level === 'internet' ? 'internet' : 'internal network'} (${exposure.match})`,
  ].join('; ');
  return { level, why };
}

/** The value that a ticket system knows for a priority; our own word where policy names none. */
export function priorityValue(policy: PriorityPolicy, connector: string, level: Priority): string {
  return (
    (Object.hasOwn(policy.values, connector) ? policy.values[connector]?.[level] : undefined) ??
    level
  );
}

function severityOf(value: Json | undefined): SeverityId {
  return value === 1 || value === 2 || value === 3 || value === 4 || value === 5 || value === 6
    ? value
    : 0;
}

function namesIn(finding: Json | undefined): readonly string[] {
  if (!isObject(finding)) return [];
  const resources = listOf(finding['resources']).flatMap((item) => [item['name'], item['uid']]);
  const hosts = listOf(finding['observables']).map((item) =>
    item['type'] === 'hostname' && item['role'] === 'target' ? item['value'] : '',
  );
  return [
    ...new Set(
      [...resources, ...hosts].filter(
        (name): name is string => typeof name === 'string' && name !== '',
      ),
    ),
  ];
}

function listOf(value: Json | undefined): readonly { readonly [key: string]: Json }[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

interface Strength<Level extends string> {
  readonly name: string;
  readonly level: Level;
  readonly match: string;
  readonly steps: number;
}

function strongest<Level extends string>(
  rows: readonly { readonly match: string; readonly level: Level }[],
  names: readonly string[],
  steps: { readonly [L in Level]: number },
): Strength<Level> | null {
  let best: Strength<Level> | null = null;
  for (const name of names) {
    const row = rows.find((each) => globMatches(each.match.toLowerCase(), name.toLowerCase()));
    if (row === undefined) continue;
    const found = { name, level: row.level, match: row.match, steps: steps[row.level] };
    if (best === null || found.steps < best.steps) best = found;
  }
  return best;
}
