import type { Flapping } from './correlation.ts';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';
import type { QuietPolicy } from './quiet.ts';

/** Why an incident that is due waits. Kept after it ended, for whoever asks why the ticket came late. */
export interface Hold {
  readonly kind: 'deploy' | 'flapping';
  /** RFC 3339. A severity that rises ends it sooner. */
  readonly until: string;
  readonly why: string;
  /** The deploy that it waits for, if it does. */
  readonly ref: string | null;
  readonly heldAt: string;
  /** What the severity was: above it nothing is held. */
  readonly severityId: number;
  /** When it was let go; null while it lasts. */
  readonly releasedAt: string | null;
}

export interface HoldCandidate {
  readonly state: string;
  readonly severityId: number;
  /** True once triage decided about it. */
  readonly triaged: boolean;
  /** True if it is worse than when triage decided. */
  readonly worse: boolean;
  /** True if a person asked for a run: nobody waits for that. */
  readonly asked: boolean;
  readonly hold: Hold | null;
  readonly flapping: Flapping | null;
  /** Milliseconds since the epoch, the newest first. */
  readonly clearTimesMs: readonly number[];
  /** The latest deploy of something that the incident is about. */
  readonly deploy: RecentDeploy | null;
}

export interface RecentDeploy {
  readonly id: string;
  readonly service: string;
  readonly version: string;
  readonly source: string;
  readonly atMs: number;
}

/** `none`: it goes on. `begin` and `keep`: it waits. `release`: it waited, and goes on now. */
export type HoldVerdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'begin' | 'keep' | 'release'; readonly hold: Hold };

/** Decides whether a due incident waits. Pure; each hold ends, and an incident is let through after each. */
export function decideHold(
  candidate: HoldCandidate,
  deploys: QuietPolicy['deploys'],
  nowMs: number,
): HoldVerdict {
  const { hold, severityId } = candidate;
  if (candidate.state === 'closed') return { kind: 'none' };
  if (hold !== null && hold.releasedAt === null) {
    const over = nowMs >= Date.parse(hold.until) || severityId > hold.severityId || candidate.asked;
    if (!over) return { kind: 'keep', hold };
    return { kind: 'release', hold: { ...hold, releasedAt: iso(nowMs) } };
  }
  if (candidate.asked) return { kind: 'none' };
  const begun = flapHold(candidate, nowMs) ?? deployHold(candidate, deploys, nowMs);
  return begun === null ? { kind: 'none' } : { kind: 'begin', hold: begun };
}

/** The first word goes out at once, and so does what is worse than it was. */
function flapHold(candidate: HoldCandidate, nowMs: number): Hold | null {
  const { flapping, clearTimesMs, severityId, triaged, worse } = candidate;
  if (flapping === null || !triaged || worse) return null;
  const recent = clearTimesMs.filter((ms) => nowMs - ms <= flapping.withinMs).length;
  if (recent < flapping.clears) return null;
  const minutes = Math.round(flapping.withinMs / 60_000);
  return {
    kind: 'flapping',
    until: iso(nowMs + flapping.holdMs),
    why: `${recent} all-clears in ${minutes} minutes`,
    ref: null,
    heldAt: iso(nowMs),
    severityId,
    releasedAt: null,
  };
}

function deployHold(
  { deploy, triaged, severityId, hold }: HoldCandidate,
  deploys: QuietPolicy['deploys'],
  nowMs: number,
): Hold | null {
  if (deploys === null || deploy === null || triaged || severityId >= deploys.below) return null;
  const untilMs = deploy.atMs + deploys.holdMs;
  if (nowMs >= untilMs || hold?.ref === deploy.id) return null;
  const version = deploy.version === '' ? '' : ` ${deploy.version}`;
  return {
    kind: 'deploy',
    until: iso(untilMs),
    why: `${deploy.service}${version} was deployed at ${iso(deploy.atMs)} (${deploy.source})`,
    ref: deploy.id,
    heldAt: iso(nowMs),
    severityId,
    releasedAt: null,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

const serviceTypes: readonly unknown[] = [
  'service',
  'workload',
  'pod',
  'container',
  'host',
  'repository',
];

/** The names under which a deploy may have touched what an incident is about, in lower case. */
export function servicesOf({ finding }: JsonObject): readonly string[] {
  const resources = isObject(finding) ? finding['resources'] : [];
  const names = (Array.isArray(resources) ? resources : []).flatMap((item: unknown) => {
    if (!isObject(item) || !serviceTypes.includes(item['type'])) return [];
    const { name } = item;
    return typeof name === 'string' ? serviceNames(name) : [];
  });
  return [...new Set(names)];
}

/** A pod `cart-6d4cf56db6-x2x4z` belongs to `cart`, a repository `acme/cart` builds it. */
export function serviceNames(written: string): readonly string[] {
  const name = written.toLowerCase();
  if (name === '') return [];
  const last = name.slice(name.lastIndexOf('/') + 1);
  const parts = last.split('-');
  return [
    name,
    last,
    ...parts.slice(1, 4).map((_, index) => parts.slice(0, parts.length - 1 - index).join('-')),
  ];
}
