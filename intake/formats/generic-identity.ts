import RE2 from 're2';
import { asText } from '../fields.ts';
import type { Leaf } from '../leaves.ts';
import { parseTime } from '../times.ts';
import { genericNames as names } from './generic-names.ts';
import { ranked } from './generic-rank.ts';

export interface StatedId {
  /** '' where nothing says it. */
  readonly text: string;
  /** False: the key may as well name what the alert is about, a kind of alert, or what several alerts share. */
  readonly sure: boolean;
}

/** The alert's own id, as far as its key says so. */
export function uidOf(leaves: readonly Leaf[]): StatedId {
  const fits = isId(leaves);
  let best = { text: '', rank: 0, key: '' };
  for (const { leaf, text, rank } of ranked(leaves, names.uid, { fits })) {
    const own =
      leaf.parts.length > 1 && ofOthers.has(leaf.parts.at(-2) ?? '') ? rank - othersCost : rank;
    if (own > best.rank && (own > vagueRank || isTelling(text)))
      best = { text, rank: own, key: leaf.key };
  }
  return { text: best.text, sure: best.rank >= sureRank && !isShared.has(best.key) };
}

/** Ids that several alerts of one moment may carry: of a check, a request, a mail, a flow, a known weakness. */
const isShared: ReadonlySet<string> = new Set([
  'artifactid',
  'buildid',
  'checkid',
  'eventgroupid',
  'flowid',
  'ghsaid',
  'messageid',
  'monitorid',
  'rayid',
  'reportid',
  'requestid',
  'sid',
  'transactionid',
  'triggerid',
  'txid',
]);

/** `id` two levels down is surer than this, an ARN at the top is not. */
const sureRank = 56;

/** What has ids of its own, which are not the alert's. */
const ofOthers: ReadonlySet<string> = new Set([
  'account',
  'actor',
  'app',
  'application',
  'asset',
  'control',
  'customer',
  'destination',
  'employee',
  'entity',
  'entitysnapshot',
  'model',
  'policy',
  'project',
  'projects',
  'resource',
  'resources',
  'service',
  'source',
  'target',
  'targets',
  'tenant',
  'user',
  'users',
]);
const othersCost = 100;
/** A key that merely ends in `id` may hold a small number of anything. */
const vagueRank = 20;
const vagueIdCharsMin = 4;
/** … or the name of anything. */
const isTelling = (text: string): boolean => text.length >= vagueIdCharsMin && /\d/.test(text);

const pathOfFinding = new RE2(/\/(?:findings|alerts|incidents|issues|violations|events)\//);
const eventCode = new RE2(/^\d{1,5}$/);

function isId(leaves: readonly Leaf[]): (text: string, leaf: Leaf) => boolean {
  // Windows calls the number of a kind of event its id, others its name.
  const windows = leaves.some(({ key }) => key === 'recordid' || key === 'channel');
  return (text, { key, value }) => {
    if (text.length > idCharsMax || text.includes(' ') || /^(?:0|-1)$/.test(text)) return false;
    if (typeof value === 'string' && text.includes('T') && parseTime(value) !== null) return false;
    if (key === 'name') return text.includes('/') && pathOfFinding.test(text);
    if (key === 'eventid' && !/\d/.test(text)) return false;
    if (key === 'txid' && text.length < wideIdCharsMin) return false;
    return key !== 'eventid' || !windows || !eventCode.test(text);
  };
}

const idCharsMax = 300;
/** A shorter one counts within something else. */
const wideIdCharsMin = 8;

/** When it happened, by the surest key that holds a time. */
export function timeOf(
  leaves: readonly Leaf[],
  parse: typeof parseTime = parseTime,
): string | null {
  let day: string | null = null;
  for (const { leaf, text } of ranked(leaves, names.time)) {
    const time = parse(leaf.value);
    if (time !== null && !isDay.test(text)) return time;
    day ??= time;
  }
  if (parse !== parseTime) return day;
  const joined = dayAndClock(leaves) ?? day;
  if (joined !== null) return joined;
  for (const leaf of leaves) {
    const time =
      typeof leaf.value === 'string' && leaf.value.includes('T') ? parseTime(leaf.value) : null;
    if (time !== null) return time;
  }
  return null;
}

/** A time, if nothing tells it better. */
const isDay = /^\d{4}-\d\d-\d\d$/;

/** `event_date` and `event_time`, as two. */
function dayAndClock(leaves: readonly Leaf[]): string | null {
  for (const day of leaves) {
    if (!day.key.endsWith('date') || typeof day.value !== 'string') continue;
    const other = `${day.key.slice(0, -4)}time`;
    const clock = leaves.find(({ key, value }) => key === other && typeof value === 'string');
    const time = clock === undefined ? null : parseTime(`${day.value} ${asText(clock.value)}`);
    if (time !== null) return time;
  }
  return null;
}
