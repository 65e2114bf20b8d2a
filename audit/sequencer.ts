import { setTimeout as delay } from 'node:timers/promises';
import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import type { NoteSigner } from './note.ts';
import { assign, batchMax, heartbeatMs, whatWaits } from './sequencer-assign.ts';
import { publish } from './sequencer-publish.ts';
import { examineLog } from './sequencer-start.ts';
import type { SequencerState } from './sequencer-start.ts';
import { emptyEdge } from './tree.ts';
import type { TreeEdge } from './tree.ts';

/** A round that numbered fewer waits for this long: so a checkpoint comes every second, or at once under load. */
const eagerFrom = 256;
const restMs = 1_000;

export interface SequencerDeps {
  readonly db: Database;
  /** Holds `checkpoint`, `checkpoints.jsonl` and `tile/…`; made where it is missing. */
  readonly dir: string;
  readonly key: NoteSigner;
  readonly clock: Clock;
  readonly origin: string;
  /** Of the log's own entries. */
  readonly tenant?: string;
  /** Called after each step that may be the last one of a process; tests throw from it. */
  readonly reached?: (step: SequencerStep) => void;
  readonly onError?: (error: unknown) => void;
}

export type SequencerStep = 'assigned' | 'tiles' | 'row' | 'checkpoint' | 'published';

export interface Sequencer {
  /** Compares files and SQL, completes what a crash left. `sequenceOnce` does it too, the first time. */
  start(): Promise<SequencerState>;
  /** One round; gives how many entries it numbered. 0 in state `restored`, and while another sequencer is at work. */
  sequenceOnce(): Promise<number>;
  /** Rounds until `signal`; errors go to `onError`, and the next round tries again. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Numbers entries and publishes them. SQL is the truth: numbers are committed first; tiles and the checkpoint follow
 * from them alone, so that whatever a crash left is completed by doing it again.
 */
export function createSequencer(deps: SequencerDeps): Sequencer {
  let edge: TreeEdge = emptyEdge;
  let state: SequencerState | null = null;
  let heartbeatAtMs = 0;

  async function start(): Promise<SequencerState> {
    const start = await examineLog(deps.db, deps);
    edge = start.edge;
    for (
      let before = -1;
      start.promised !== null && edge.size < start.promised.size && before !== edge.size;
    ) {
      before = edge.size;
      edge = await publish(deps, { edge, to: start.promised.size });
    }
    state = start.state;
    return state;
  }

  async function sequenceOnce(): Promise<number> {
    state ??= await start();
    if (state.kind === 'restored') return 0;
    const heartbeat = deps.clock.nowMs() - heartbeatAtMs >= heartbeatMs;
    const waits = await whatWaits(deps.db);
    if (!heartbeat && !waits.unsequenced && waits.sequenced === edge.size) return 0;
    const assigned = await assign(deps, heartbeat);
    if (assigned === null) return 0;
    if (heartbeat) heartbeatAtMs = deps.clock.nowMs();
    deps.reached?.('assigned');
    for (let before = -1; before !== edge.size;) {
      before = edge.size;
      edge = await publish(deps, { edge, to: edge.size + batchMax });
    }
    return assigned;
  }

  async function run(signal: AbortSignal): Promise<void> {
    let told = false;
    while (!signal.aborted) {
      const count = await sequenceOnce().catch((error: unknown) => {
        deps.onError?.(error);
        return 0;
      });
      if (state?.kind === 'restored' && !told) deps.onError?.(restoredError(state));
      told = state?.kind === 'restored';
      if (count < eagerFrom) await delay(restMs, undefined, { signal }).catch(() => undefined);
    }
    // What was written while others stopped belongs to the log that an auditor reads tonight.
    await sequenceOnce().catch((error: unknown) => deps.onError?.(error));
  }

  return { start, sequenceOnce, run };
}

function restoredError(state: Extract<SequencerState, { kind: 'restored' }>): SallyportError {
  const { checkpoint, sequenced, why } = state;
  return new SallyportError(
    'CONFLICT',
    `SQL (${sequenced} entries) is not what the checkpoint of ${checkpoint.size} entries was signed for (${why}): nothing is sequenced until a person recovers`,
  );
}
