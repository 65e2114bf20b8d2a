import { assert } from './assert.ts';
import type { RunStatus } from './run.types.ts';

/** The states of a run and the moves between them; the last three are final. Only a person ends a parked run. */
export const runMoves: { readonly [From in RunStatus]: readonly RunStatus[] } = {
  active: ['waiting', 'parked', 'done', 'failed', 'cancelled'],
  waiting: ['active', 'parked', 'done', 'failed', 'cancelled'],
  parked: ['cancelled'],
  done: [],
  failed: [],
  cancelled: [],
};

/** Returns `to`; a move that the table does not have is a bug in the reducer. */
export function moveRun(from: RunStatus, to: RunStatus): RunStatus {
  assert(from === to || runMoves[from].includes(to), `a run cannot go from ${from} to ${to}`);
  return to;
}
