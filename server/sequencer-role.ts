import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { openLogKey } from '../audit/log-key.ts';
import { setPastLogAside } from '../audit/past-log.ts';
import { createSequencer } from '../audit/sequencer.ts';
import type { Sequencer } from '../audit/sequencer.ts';
import type { SequencerState } from '../audit/sequencer-start.ts';
import { readCheckpointFile } from '../audit/tile-files.ts';
import { isoTime } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import { clearRestored, markFound, readRestored, readTimeline } from '../store/timeline.ts';
import type { Core } from './core.ts';
import { loopComponent } from './loop.ts';
import type { Component } from './supervise.ts';
import { publishVerifierKey } from './verifier-key.ts';

/**
 * Numbers the ledger's entries and publishes signed checkpoints. Examines SQL before anything else starts in this
 * process: a database that is an older copy must not act for a moment.
 */
export async function sequencerLoop(core: Core): Promise<Component> {
  await mkdir(core.config.ledger.dir, { recursive: true });
  await examine(core).catch((error: unknown) =>
    core.logger.warn({ err: error }, 'the ledger could not be examined yet'),
  );
  return loopComponent('sequencer', (signal) => keepLog(core, signal));
}

async function keepLog(core: Core, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const found = await examine(core);
    const state = found === null ? null : await found.sequencer.run(signal);
    if (found !== null && state?.kind === 'restored') await tell(core, { ...found, state });
    if (found === null) await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** How often a restored engine looks whether somebody recovered it. */
const pollMs = 500;

interface Found {
  readonly sequencer: Sequencer;
  /** The number of the timeline that it belongs to. */
  readonly timeline: number;
}

/** The sequencer of the log as it is now; null while SQL is an older copy. */
async function examine(core: Core): Promise<Found | null> {
  const { config, db, clock, logger } = core;
  const { dir, keyFile } = config.ledger;
  const { number, origin, began } = await readTimeline(db, config.ledger.origin);
  const after = began === null ? {} : { after: began.after };
  await setPastLogAside(dir, { origin, after: began?.after ?? null });
  const key = await openLogKey(keyFile, origin);
  const sequencer = createSequencer({
    db,
    dir,
    key,
    clock,
    origin,
    ...after,
    tenant: config.tenant,
    onError: (error) =>
      logger.error({ err: error }, 'sequencing failed; the next round tries again'),
    reached: (step) => failpoint(`sequence-${step}`),
  });
  const state = await sequencer.start();
  if (await tell(core, { state, timeline: number })) return null;
  await publishVerifierKey(config, key.verifierKey);
  return { sequencer, timeline: number };
}

/** Writes down whether SQL is an older copy, so that every process knows; true where it is. */
async function tell(
  core: Core,
  { state, timeline }: { readonly state: SequencerState; readonly timeline: number },
): Promise<boolean> {
  const { config, db, clock, logger } = core;
  if (state.kind === 'ready') await clearRestored(db);
  const known = await readRestored(db);
  const file = await readCheckpointFile(config.ledger.dir);
  if (known !== null) {
    const restored = { ...known, checkpoint: file?.note ?? known.checkpoint };
    await markFound(db, { restored, timeline });
    return true;
  }
  if (state.kind === 'ready') return false;
  const { why, note, sequenced } = state;
  logger.error(
    { why, sequenced, promised: state.checkpoint.size },
    'the database is an older copy: alerts are taken in, nothing else is done until `sallyport recover`',
  );
  const restored = { why, checkpoint: note, sequenced, foundAt: isoTime(clock.nowMs()) };
  await markFound(db, { restored, timeline });
  return true;
}
