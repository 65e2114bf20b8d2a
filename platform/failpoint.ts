import { readFileSync } from 'node:fs';
import { SallyportError } from '../domain/errors.ts';

/** Effects that need no warrant, actions, and their undos meet the same points under names of their own. */
const effectPoints = [
  'before-intent',
  'after-intent',
  'after-call',
  'before-result',
  'after-result',
] as const;
const warrantPoints = ['before-warrant-use', 'after-warrant-use'] as const;

/** Every place at which a test may kill this process: before a commit, after it, and beside what no commit covers. */
export const failpoints = [
  'intake-before-commit',
  'intake-after-commit',
  'stamp-before-commit',
  'stamp-after-commit',
  'start-before-mark',
  'start-after-mark',
  ...effectPoints.map((point) => `free-${point}` as const),
  ...effectPoints.map((point) => `act-${point}` as const),
  ...effectPoints.map((point) => `undo-${point}` as const),
  ...warrantPoints.map((point) => `act-${point}` as const),
  ...warrantPoints.map((point) => `undo-${point}` as const),
  'settle-before-commit',
  'settle-after-commit',
  'hand-over-before-commit',
  'hand-over-after-commit',
  'record-before-commit',
  'record-after-commit',
  'gate-before-commit',
  'gate-after-commit',
  'vote-before-row',
  'vote-after-row',
  'vote-before-verdict',
  'vote-after-verdict',
  'vote-before-delivered',
  'undo-after-row',
  'undo-before-verdict',
  'undo-after-verdict',
  'reap-before-commit',
  'reap-after-commit',
  'sequence-assigned',
  'sequence-tiles',
  'sequence-row',
  'sequence-checkpoint',
  'sequence-published',
] as const;
export type Failpoint = (typeof failpoints)[number];

interface Armed {
  /** Null: not named yet, see `file`. */
  name: Failpoint | null;
  passesLeft: number;
  /** Names the point later than the start, so that a start and its recovery pass unharmed; null: named at once. */
  readonly file: string | null;
}

let armed: Armed | null = null;

/**
 * For tests of crashes only: `NAME`, `NAME:N` (the n-th pass) or `@FILE`, which holds one of the two once it is there.
 * Null disarms. CONFIG_INVALID where there is no such point.
 */
export function armFailpoint(order: string | null): void {
  if (order === null) armed = null;
  else if (order.startsWith('@')) armed = { name: null, passesLeft: 1, file: order.slice(1) };
  else armed = { ...named(order), file: null };
}

/** Costs a comparison with null, unless a test armed this very process. */
export function failpoint(name: Failpoint): void {
  if (armed !== null) pass(armed, name);
}

function pass(order: Armed, name: Failpoint): void {
  if (order.name === null) readOrder(order);
  if (order.name !== name) return;
  order.passesLeft -= 1;
  if (order.passesLeft > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // Nothing more is to happen in this process, however long the signal takes.
  for (;;);
}

function readOrder(order: Armed): void {
  try {
    Object.assign(order, named(readFileSync(order.file ?? '', 'utf8').trim()));
  } catch {
    // It is not there yet.
  }
}

function named(order: string): { readonly name: Failpoint; readonly passesLeft: number } {
  const [text = '', nth = '1'] = order.split(':');
  const name = failpoints.find((each) => each === text);
  const passesLeft = Number(nth);
  if (name === undefined || !Number.isSafeInteger(passesLeft) || passesLeft < 1)
    throw new SallyportError('CONFIG_INVALID', `there is no failpoint ${order}`);
  return { name, passesLeft };
}
