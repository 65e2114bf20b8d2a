import { hash, randomUUID } from 'node:crypto';
import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { parseDuration } from '../domain/duration.ts';
import type { Entry } from '../domain/entry.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { SourceConfig } from '../platform/source-config.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  canaryArrival,
  canaryDone,
  canaryMissed,
  noteCanary,
  setSilence,
  takeCanaryTurn,
  watchedSource,
  type WatchedSource,
} from '../store/source-watch.ts';
import { canaryBody } from './canary-alert.ts';
import { draft, type Draft } from './draft.ts';
import type { Inbox } from './inbox.ts';
import { resource, resourceList } from './observables.ts';
import type { Receipt } from './plan-commit.ts';
import { fileDrafts, type ReceiveDeps } from './receive.ts';

export interface WatchDeps<Sealed> extends ReceiveDeps<Sealed> {
  readonly db: Database;
  readonly clock: Clock;
  readonly inbox: Inbox<Sealed>;
  readonly sources: { readonly [name: string]: SourceConfig };
  /** Since when this process listens: what came to nobody before is no silence. */
  readonly startedMs: number;
  /** Delivers a body as the source itself would. */
  readonly deliver: (source: string, body: Buffer) => Promise<Receipt>;
  readonly log: (problem: string, error: unknown) => void;
}

/** One look at each source that states a cadence or asks for canaries. What fails for one does not keep the others. */
export async function watchSources<Sealed>(deps: WatchDeps<Sealed>): Promise<void> {
  for (const [source, { cadence, canary }] of Object.entries(deps.sources)) {
    if (cadence === undefined && canary === undefined) continue;
    try {
      const nowMs = deps.clock.nowMs();
      const watched = await watchedSource(deps.db, { tenant: deps.tenant, source, nowMs });
      if (watched === null) continue;
      if (cadence !== undefined) await listen(deps, watched, { ...cadence, nowMs });
      if (canary !== undefined) await fly(deps, watched, { ...canary, nowMs });
    } catch (error) {
      deps.log(`the source ${source} could not be watched`, error);
    }
  }
}

interface Turn {
  readonly every: string;
  readonly owner: string;
  readonly nowMs: number;
}

const msOf = (text: string): number => parseDuration(text) ?? 0;

/** A source that says less than it should opens an incident for its owner; one that speaks again ends it. */
async function listen<Sealed>(
  deps: WatchDeps<Sealed>,
  watched: WatchedSource,
  { every, owner, nowMs }: Turn,
): Promise<void> {
  const { source, silent_since: silentSince } = watched;
  const heard = watched.heard_at ?? watched.since;
  const isSilent =
    nowMs - Math.max(heard.getTime(), watched.since.getTime(), deps.startedMs) > msOf(every);
  if (isSilent === (silentSince !== null)) return;
  const lastHeard = watched.heard_at === null ? 'never' : watched.heard_at.toISOString();
  await report(deps, {
    uid: `silence/${source}`,
    // One delivery for one silence, however often this is tried.
    deliveryId: `silence/${source}/${(silentSince ?? heard).toISOString()}/${isSilent ? 'begins' : 'ends'}`,
    title: `Source ${source} is silent`,
    description: `It should send something every ${every}; last heard: ${lastHeard}.`,
    analytic: 'source-silent',
    status: isSilent ? 'open' : 'closed',
    source,
    owner,
    nowMs,
  });
  await deps.db.transaction(async (tx) => {
    const since = isSilent ? heard : null;
    if (!(await setSilence(tx, { tenant: deps.tenant, source, since }))) return;
    await say(tx, deps, {
      type: 'source.silent',
      subject: source,
      outcome: isSilent ? 'opened' : 'closed',
      data: { every, owner, lastHeard },
    });
  });
}

/** Sends a canary when its time has come, and looks where the last one is. */
async function fly<Sealed>(
  deps: WatchDeps<Sealed>,
  watched: WatchedSource,
  turn: Turn & { readonly within: string },
): Promise<void> {
  const { source, canary_sent_at: sent, canary_done_at: done } = watched;
  const { tenant, db } = deps;
  if (sent !== null && done === null)
    await follow(deps, { ...watched, canary_sent_at: sent }, turn);
  const dueMs = sent === null ? 0 : sent.getTime() + msOf(turn.every);
  if (turn.nowMs < dueMs) return;
  const sentAt = isoTime(turn.nowMs);
  if (!(await takeCanaryTurn(db, { tenant, source, sentBefore: sent, sentAt }))) return;
  const body = canaryBody({ source, id: randomUUID(), sentAt, owner: turn.owner });
  const [finding] = (await deps.deliver(source, body)).findings;
  if (finding !== undefined) await noteCanary(db, { tenant, source, finding: finding.id });
}

async function follow<Sealed>(
  deps: WatchDeps<Sealed>,
  watched: WatchedSource & { readonly canary_sent_at: Date },
  { owner, within, nowMs }: Turn & { readonly within: string },
): Promise<void> {
  const { source, canary_sent_at: sent, canary_finding: finding } = watched;
  const { tenant, db } = deps;
  const arrived = finding === null ? null : await canaryArrival(db, finding);
  const about = {
    uid: `missing-canary/${source}`,
    title: `The canary of ${source} did not reach its ticket`,
    description: `A synthetic alert that was sent at ${sent.toISOString()} should have reached its ticket within ${within}.`,
    analytic: 'canary-missed',
    source,
    owner,
    nowMs,
  };
  const delivery = `canary/${source}/${sent.toISOString()}`;
  if (arrived !== null) {
    if (watched.canary_missed_at !== null)
      await report(deps, { ...about, status: 'closed', deliveryId: `${delivery}/ends` });
    const ms = arrived.getTime() - sent.getTime();
    await db.transaction(async (tx) => {
      await canaryDone(tx, { tenant, source, at: arrived, ms });
      await say(tx, deps, {
        type: 'canary.travelled',
        subject: source,
        outcome: 'done',
        data: { ms },
      });
    });
    return;
  }
  if (watched.canary_missed_at !== null || nowMs - sent.getTime() <= msOf(within)) return;
  await report(deps, { ...about, status: 'open', deliveryId: `${delivery}/begins` });
  await db.transaction(async (tx) => {
    if (!(await canaryMissed(tx, { tenant, source, nowMs }))) return;
    await say(tx, deps, {
      type: 'canary.travelled',
      subject: source,
      outcome: 'failed',
      data: { sentAt: sent.toISOString(), within },
    });
  });
}

interface Report {
  readonly uid: string;
  readonly deliveryId: string;
  readonly title: string;
  readonly description: string;
  readonly analytic: string;
  readonly status: Draft['status'];
  readonly source: string;
  readonly owner: string;
  readonly nowMs: number;
}

const highSeverity = 4;

/** What the engine has to say of itself takes the way of every alert. */
async function report<Sealed>(deps: WatchDeps<Sealed>, about: Report): Promise<void> {
  const { uid, title, description, analytic, status, source, owner, nowMs, deliveryId } = about;
  const said = draft({
    format: 'sallyport',
    kind: 'operational',
    uid,
    title,
    description,
    time: isoTime(nowMs),
    severityId: highSeverity,
    status,
    product: 'Sallyport',
    analytic: { uid: analytic, name: analytic },
    resources: resourceList(resource('service', source)),
    unmapped: { owner },
  });
  const delivery = await fileDrafts(deps, [said], {
    source: 'sallyport',
    deliveryId,
    bodySha256: hash('sha256', deliveryId, 'hex'),
    bodyBytes: Buffer.byteLength(description),
    receivedAtMs: nowMs,
    person: null,
  });
  await deps.inbox.file(delivery);
}

type Said = Pick<Entry, 'type' | 'subject' | 'outcome' | 'data'>;

function say<Sealed>(tx: Sql, { tenant, clock }: WatchDeps<Sealed>, said: Said): Promise<void> {
  const about = {
    tenant,
    actor: { kind: 'service', id: 'watch' },
    incident: null,
    run: null,
  } as const;
  return appendEntries(tx, [newEntry({ ...about, ...said }, clock)]);
}
