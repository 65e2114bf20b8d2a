import type { FindingStatus } from '../../domain/finding.ts';
import { fold } from '../fields.ts';
import type { Leaf } from '../leaves.ts';
import { parseTime } from '../times.ts';
import { genericNames as names } from './generic-names.ts';
import { ranked } from './generic-rank.ts';

const closed: ReadonlySet<string> = new Set([
  'closed',
  'close',
  'resolved',
  'resolve',
  'solved',
  'ok',
  'okay',
  'recovered',
  'recovery',
  'fixed',
  'inactive',
  'archived',
  'suppressed',
  'dismissed',
  'up',
  'clear',
  'cleared',
  'normal',
  'success',
  'succeeded',
  'successful',
  'passed',
  'pass',
  'healthy',
  'deactivated',
  'remediated',
  'mitigated',
  'done',
  'completed',
  'falsepositive',
  'benign',
  'ended',
  'end',
  'compliant',
  'autoresolved',
  'deleted',
  'removed',
  'statusup',
  'operational',
  'green',
  'expired',
  'merged',
  'back',
  'online',
]);
const open: ReadonlySet<string> = new Set([
  'open',
  'opened',
  'new',
  'newalert',
  'active',
  'firing',
  'triggered',
  'trigger',
  'alert',
  'alerting',
  'alarm',
  'fired',
  'inprogress',
  'investigating',
  'unresolved',
  'down',
  'activated',
  'failed',
  'failure',
  'fail',
  'warn',
  'warning',
  'critical',
  'problem',
  'error',
  'created',
  'create',
  'reopened',
  'nodata',
  'degraded',
  'assigned',
  'acknowledged',
  'noncompliant',
  'unhealthy',
  'added',
  'pending',
  'timedout',
  'offline',
  'major',
  'red',
  'detected',
]);

const ends = [
  'resolvedat',
  'closedat',
  'fixedat',
  'resolvedtime',
  'closedtime',
  'resolveddatetime',
  'dismissedat',
  'recoveredat',
];

const flags: ReadonlySet<string> = new Set([
  'closed',
  'isclosed',
  'resolved',
  'isresolved',
  'isfixed',
]);

/** Open, unless the alert says that it is over: whoever sends one means that something is the matter. */
export function stateOf(leaves: readonly Leaf[]): FindingStatus {
  const own = (word: string, leaf: Leaf): boolean => leaf.listed === 0 && word.length <= 32;
  for (const { text } of ranked(leaves, names.status, { fits: own })) {
    const word = tellingWord(text);
    if (closed.has(word)) return 'closed';
    if (open.has(word)) return 'open';
  }
  if (isWell(leaves)) return 'closed';
  const said = leaves.some(
    ({ key, value, parts }) => value === true && parts.length <= 2 && flags.has(key),
  );
  if (said) return 'closed';
  const ended = leaves.some((leaf) => ends.includes(leaf.key) && parseTime(leaf.value) !== null);
  return ended ? 'closed' : 'open';
}

const well: ReadonlySet<string> = new Set(['ok', 'clear', 'cleared', 'recovered']);

/** Some say by the severity alone that all is well again. A normal one, or a normal priority, does not say so. */
const isWell = (leaves: readonly Leaf[]): boolean => {
  const [grade] = ranked(leaves, names.severity);
  return grade !== undefined && grade.leaf.key.startsWith('sev') && well.has(fold(grade.text));
};

/** Whatever follows, this is over: `resolved_true_positive`, `ResolvedCritical`. */
const over: ReadonlySet<string> = new Set(['resolved', 'closed', 'recovered', 'cleared']);

/** `incident.resolved`, `ALERT_CLOSED` and `Resolved` end in one word. */
function tellingWord(text: string): string {
  const whole = fold(text);
  if (closed.has(whole) || open.has(whole)) return whole;
  const words = text
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);
  const [first = ''] = words;
  const last = words.at(-1) ?? '';
  if (over.has(first)) return first;
  return closed.has(last) || open.has(last) ? last : first;
}
