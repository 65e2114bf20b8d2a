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
  /** The last signed checkpoint before a recovery, which the first entry names; left out: a log from its beginning. */
  readonly after?: string | null;
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
  /**
   * Rounds until `signal`, or until SQL turns out to be an older copy. Errors go to `onError`, and the next round looks
   * at SQL anew before it tries again: it may not be the same any more.
   */
  run(signal: AbortSignal): Promise<SequencerState>;
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
    const heartbeat = Math.abs(deps.clock.nowMs() - heartbeatAtMs) >= heartbeatMs;
    const waits = await whatWaits(deps.db);
    // Nobody takes numbers back: this is another database than a moment ago.
    if (waits.sequenced < edge.size) {
      state = await start();
      return 0;
    }
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

  const forget = (): void => void (state = null);
  return {
    start,
    sequenceOnce,
    run: (signal) => rounds({ ...deps, sequenceOnce, forget, state: () => state }, signal),
  };
}

interface Rounds {
  readonly sequenceOnce: () => Promise<number>;
  readonly state: () => SequencerState | null;
  readonly forget: () => void;
  readonly onError?: (error: unknown) => void;
}

async function rounds(turn: Rounds, signal: AbortSignal): Promise<SequencerState> {
  while (!signal.aborted) {
    const count = await turn.sequenceOnce().catch((error: unknown) => {
      turn.forget();
      turn.onError?.(error);
      return 0;
    });
    const state = turn.state();
    if (state?.kind === 'restored') {
      turn.onError?.(restoredError(state));
      return state;
    }
    if (count < eagerFrom) await delay(restMs, undefined, { signal }).catch(() => undefined);
  }
  // What was written while others stopped belongs to the log that an auditor reads tonight.
  await turn.sequenceOnce().catch((error: unknown) => turn.onError?.(error));
  return turn.state() ?? { kind: 'ready' };
}

function restoredError(state: Extract<SequencerState, { kind: 'restored' }>): SallyportError {
  const { checkpoint, sequenced, why } = state;
  return new SallyportError(
    'CONFLICT',
    `SQL (${sequenced} entries) is not what the checkpoint of ${checkpoint.size} entries was signed for (${why}): nothing is sequenced until a person recovers`,
  );
}
