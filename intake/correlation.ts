import { hash } from 'node:crypto';
import RE2 from 're2';
import { canonicalJson } from '../domain/digest.ts';
import type { Finding, Resource } from '../domain/finding.ts';

/**
 * Which findings are one incident: those with equal tenant, format, rule key and entity key. A rule names, in order,
 * where the two come from; parts that are empty are skipped, and a finding without any entity stands alone, so that
 * unrelated alerts never merge. Nothing that differs from one alert to the next (time, count, pid, pod hash) is a part.
 */
export interface CorrelationRule {
  /** The first that is there. */
  readonly rule: readonly RulePart[];
  /** `first`: the first that is there; `all`: every one that is there, together. */
  readonly entity: { readonly take: 'first' | 'all'; readonly parts: readonly EntityPart[] };
}

export type RulePart = 'analytic' | 'title';
export type EntityPart =
  | 'uid'
  | 'place'
  | `resource:${Resource['type']}`
  | 'resource'
  | 'actor:user'
  | 'actor:process'
  | 'namespace'
  | 'account';

export type CorrelationTable = { readonly [format: string]: CorrelationRule };

const rule = (take: 'first' | 'all', ...parts: readonly EntityPart[]): CorrelationRule => ({
  rule: ['analytic', 'title'],
  entity: { take, parts },
});

/** Where a source sends one problem again under one id, the id is the entity; else what the rule fired on. */
export const defaultCorrelation: CorrelationTable = {
  alertmanager: rule('first', 'uid'),
  'aws-guardduty': rule('first', 'uid'),
  'elastic-security-alert': rule('all', 'resource:host', 'actor:user'),
  wazuh: rule('all', 'resource:host', 'actor:user'),
  falco: rule('all', 'namespace', 'place', 'actor:process'),
  'kyverno-policyreport': rule('all', 'namespace', 'resource'),
  'cloud-custodian': rule('first', 'resource:cloud', 'resource'),
  generic: rule('first', 'resource', 'actor:user'),
  cloudevents: rule('first', 'resource', 'actor:user'),
  manual: { rule: ['title'], entity: { take: 'first', parts: [] } },
  unparsed: { rule: ['title'], entity: { take: 'first', parts: [] } },
};

/** SHA-256 in hex over the canonical JSON of [version, tenant, format, rule key, entity key]. */
export function correlationKey(
  finding: Finding,
  table: CorrelationTable = defaultCorrelation,
): string {
  const chosen = table[finding.format] ?? table['generic'];
  const entity = chosen === undefined ? [] : entityOf(finding, chosen);
  const parts = entity.length === 0 ? ['alone', finding.id] : [ruleOf(finding, chosen), ...entity];
  return hash('sha256', canonicalJson(['v1', finding.tenant, finding.format, ...parts]), 'hex');
}

function ruleOf(finding: Finding, chosen: CorrelationRule | undefined): string {
  for (const part of chosen?.rule ?? []) {
    const text = part === 'analytic' ? (finding.analytic?.uid ?? '') : shapeOf(finding.title);
    if (text !== '') return text;
  }
  return '';
}

function entityOf(finding: Finding, chosen: CorrelationRule): readonly string[] {
  const { take, parts } = chosen.entity;
  const found: string[] = [];
  for (const part of parts) {
    const text = entityPart(finding, part);
    if (text === '') continue;
    found.push(`${part}=${text}`);
    if (take === 'first') break;
  }
  return found;
}

function entityPart(finding: Finding, part: EntityPart): string {
  const [first] = finding.resources;
  switch (part) {
    case 'uid':
      return finding.uid;
    case 'resource':
      return first === undefined ? '' : `${first.type}:${entityName(first)}`;
    case 'place':
      return placeOf(finding);
    case 'namespace':
      return finding.resources.find((item) => item.namespace !== undefined)?.namespace ?? '';
    case 'account':
      return finding.resources.find((item) => item.account !== undefined)?.account ?? '';
    case 'actor:user':
      return finding.actors.find((item) => item.type === 'user')?.name ?? '';
    case 'actor:process':
      return finding.actors.find((item) => item.type === 'process')?.name ?? '';
    default: {
      const item = finding.resources.find((candidate) => `resource:${candidate.type}` === part);
      return item === undefined ? '' : entityName(item);
    }
  }
}

/** Where it ran: the workload before the container, the container before the host. */
function placeOf(finding: Finding): string {
  for (const type of ['pod', 'workload', 'container', 'host'] as const) {
    const item = finding.resources.find((candidate) => candidate.type === type);
    if (item !== undefined) return `${type}:${entityName(item)}`;
  }
  return '';
}

/** Pods and containers come and go; what owns them stays. */
function entityName(item: Resource): string {
  if (item.type === 'pod') return workloadOf(item.name);
  if (item.type === 'container') return item.name;
  return item.uid;
}

// Kubernetes draws the random parts of names from letters and digits that spell no words.
const replicaPod = new RE2(
  /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
);
const daemonPod = new RE2(/^(.+)-[bcdfghjklmnpqrstvwxz2456789]{5}$/);

export function workloadOf(pod: string): string {
  return replicaPod.exec(pod)?.[1] ?? daemonPod.exec(pod)?.[1] ?? pod;
}

const variable = new RE2(/[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\b[0-9a-fA-F]{8,}\b|\d+/g);

/** A title without what differs from one alert to the next. */
function shapeOf(title: string): string {
  return variable.replace(title, '#');
}
