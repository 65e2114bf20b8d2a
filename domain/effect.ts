import { SallyportError } from './errors.ts';

/**
 * One effect on the outside world. `intended` is durable before the call; `unknown` means that the call may have
 * happened and must be looked up; `held` means that nobody but a person can tell.
 */
export type EffectState = 'intended' | 'done' | 'failed' | 'unknown' | 'held';

export const effectMoves: { readonly [From in EffectState]: readonly EffectState[] } = {
  intended: ['done', 'failed', 'unknown', 'held'],
  unknown: ['intended', 'done', 'failed', 'held'],
  held: ['done', 'failed'],
  failed: ['intended'],
  done: [],
};

export function moveEffect(from: EffectState, to: EffectState): EffectState {
  if (!effectMoves[from].includes(to))
    throw new SallyportError('CONFLICT', `an effect cannot go from ${from} to ${to}`);
  return to;
}

/** What the executor does with an effect whose key it has met before, or not. */
export type EffectPlan =
  /** Nobody tried: write the intent and act. */
  | { readonly kind: 'act' }
  /** It was answered: answer the same again. */
  | { readonly kind: 'answer' }
  /** Somebody tried and the answer is not known: look before anything else. */
  | { readonly kind: 'settle' }
  /** Somebody is at it right now. */
  | { readonly kind: 'wait' }
  /** A person must decide. */
  | { readonly kind: 'held' };

export interface EffectTrace {
  readonly state: EffectState;
  readonly leaseLive: boolean;
  readonly retryable: boolean;
}

/** A failed effect may be tried again only where the failure is known to have left nothing behind. */
export function planEffect(trace: EffectTrace | null): EffectPlan {
  if (trace === null) return { kind: 'act' };
  switch (trace.state) {
    case 'done':
      return { kind: 'answer' };
    case 'held':
      return { kind: 'held' };
    case 'intended':
      return { kind: trace.leaseLive ? 'wait' : 'settle' };
    case 'unknown':
      return { kind: 'settle' };
    case 'failed':
      return { kind: trace.retryable ? 'act' : 'answer' };
  }
}
