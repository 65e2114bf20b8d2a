import { exportClosedRuns } from '../audit/history-export.ts';
import { sweepEndings } from '../intake/ending-sweep.ts';
import { endStorms } from '../intake/end-storms.ts';
import { createDispatcher } from '../intake/dispatcher.ts';
import { verifyVote } from '../platform/signature.ts';
import { listenForWork } from '../store/notify.ts';
import { purgeKept } from '../store/alert-bodies.ts';
import { purgeOld } from '../store/retention.ts';
import { sweepVotes } from '../store/vote-delivery.ts';
import { createDeliverVote } from './deliver-vote.ts';
import { every, loopComponent } from './loop.ts';
import type { Parts } from './roles.ts';
import type { Component } from './supervise.ts';

const sweepEveryMs = 2_000;
/** The API delivers at once; what it could not is this old before the sweep takes it. */
const undeliveredMs = 5_000;
/** Histories of what closed are kept within seconds; while alerts wait they wait too, but not longer than that. */
const exportEveryMs = 5_000;
const exportLatestMs = 60_000;
const gaugeEveryMs = 5_000;
const endEveryMs = 15_000;
const purgeEveryMs = 3_600_000;

type Log = (problem: string, error: unknown) => void;

function voteSweep({ db, clock, temporal }: Parts['core'], log: Log): () => Promise<void> {
  return async () => {
    const failures = await sweepVotes({
      db,
      judge: { verifySignature: verifyVote, clock },
      olderThanMs: undeliveredMs,
      deliver: createDeliverVote({ client: temporal.client, clock }),
    });
    if (failures.length > 0)
      log(`${failures.length} votes wait: they could not be delivered now`, failures[0]);
  };
}

/** Hands due incidents to Temporal, and does the rounds: votes left behind, histories to keep, gauges. */
export function dispatcherLoops({ core, catalog, wake, alone }: Parts): readonly Component[] {
  const { db, clock, config, logger, temporal } = core;
  const { tenant } = config;
  const { client } = temporal;
  const log: Log = (problem, error) => logger.warn({ err: error }, problem);
  const dispatch = async (signal: AbortSignal): Promise<void> => {
    const dispatcher = createDispatcher({
      db,
      clock,
      tenant,
      client,
      log,
      alone,
      catalog: () => catalog,
    });
    wake.call = dispatcher.wake;
    const listening = await listenForWork(core.databaseUrl, dispatcher.wake);
    try {
      await dispatcher.run(signal);
    } finally {
      await listening.close();
    }
  };
  const end = async (): Promise<void> => {
    await sweepEndings({ db, clock, tenant, policy: catalog.policy });
    if ((await endStorms(db, tenant, clock)) > 0) wake.call();
  };
  const purge = async (): Promise<void> => {
    while (await purgeOld(db, { tenant, clock, originalsDays: config.redaction.retentionDays }));
    while (await purgeKept(db, { tenant, ...config.retention }, clock));
  };
  const rounds =
    (everyMs: number, work: () => Promise<void>, problem: string) => (signal: AbortSignal) =>
      every(everyMs, work, { signal, onError: (error) => log(problem, error) });
  return [
    loopComponent('dispatcher', dispatch),
    loopComponent('ending-sweep', rounds(endEveryMs, end, 'what is over could not be closed')),
    loopComponent(
      'vote-sweep',
      rounds(sweepEveryMs, voteSweep(core, log), 'votes could not be swept'),
    ),
    loopComponent(
      'history-export',
      rounds(exportEveryMs, historyKeeper(core), 'histories could not be exported'),
    ),
    loopComponent(
      'retention',
      rounds(purgeEveryMs, purge, 'what is past its time could not be deleted'),
    ),
    loopComponent(
      'gauges',
      rounds(gaugeEveryMs, () => measure({ core, tenant }), 'the backlog could not be measured'),
    ),
  ];
}

function historyKeeper(core: Parts['core']): () => Promise<void> {
  const { db, clock, temporal, config } = core;
  let keptMs = 0;
  return async () => {
    const nowMs = clock.nowMs();
    if (nowMs < keptMs + exportLatestMs && (await isBusy(core))) return;
    await exportClosedRuns({ client: temporal.client, db, clock, tenant: config.tenant });
    keptMs = nowMs;
  };
}

async function isBusy({ db, config }: Parts['core']): Promise<boolean> {
  const waiting = await db.query(
    'select 1 from incidents where tenant = $1 and due_at <= clock_timestamp() and batch_id is null limit 1',
    [config.tenant],
  );
  return waiting.length > 0;
}

async function measure({
  core,
  tenant,
}: {
  readonly core: Parts['core'];
  readonly tenant: string;
}): Promise<void> {
  const [row] = await core.db.query<{ backlog: number; lag: number }>(
    `select count(*) as backlog, coalesce(extract(epoch from clock_timestamp() - min(due_at)) * 1000, 0)::float8 as lag
       from incidents where tenant = $1 and due_at <= clock_timestamp() and batch_id is null`,
    [tenant],
  );
  core.metrics.backlog(row?.backlog ?? 0);
  core.metrics.lag(Math.max(0, row?.lag ?? 0));
}
