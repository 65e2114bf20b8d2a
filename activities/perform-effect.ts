import { nothingHappened } from '../connectors/contract.ts';
import { SallyportError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Outcome } from '../domain/run.types.ts';
import { steadyMsOf } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { EffectResult } from '../store/effects.ts';
import { stoppedScopes } from '../store/switches.ts';
import type { ActivityDeps } from './deps.ts';
import { callContext, type EffectCase } from './effect-case.ts';
import { guardEffect } from './effect-guard.ts';
import { executorLimits, leaseHeld } from './executor-limits.ts';
import { errorOutcome } from './outcome.ts';

export interface ClaimedEffect {
  readonly effect: EffectCase;
  readonly fence: number;
  /** When the lease began, by the steady clock. */
  readonly claimedMs: number;
}

export interface Performed {
  readonly outcome: Outcome;
  readonly effect?: EffectCase;
  readonly result?: EffectResult;
}

/** Calls one effect under its lease, or finds out what became of an earlier call. Never throws. */
export async function perform(
  deps: ActivityDeps,
  { effect, fence, claimedMs }: ClaimedEffect,
): Promise<Performed> {
  const startedMs = deps.clock.nowMs();
  let acting = effect.plan.kind === 'act';
  try {
    const input = await clearInput(deps, effect);
    const settled = await (acting ? lookFirst : settle)(deps, effect, input);
    if (settled !== null) {
      const { outcome, ...rest } = settled;
      return { effect, outcome, result: { key: effect.key, fence, ...rest } };
    }
    if (!acting) {
      acting = true;
      await guardEffect(deps, effect, await stoppedScopes(deps.db));
    }
    // SECURITY: a process that slept here must not act under a lease that somebody else may hold by now.
    const leftMs = executorLimits.leaseMs - (steadyMsOf(deps.clock) - claimedMs);
    if (leftMs < executorLimits.callTimeoutMs)
      return { effect, outcome: leaseHeld, result: unknownResult(effect, fence) };
    const answer = await effect.capability.call(input, contextOf(deps, effect));
    failpoint(`${pointOf([effect])}-after-call`);
    const output = deps.redact(answer) as JsonObject;
    return {
      effect,
      outcome: { kind: 'ok', output },
      result: { key: effect.key, fence, state: 'done', output, detail: '' },
    };
  } catch (error) {
    return failure({ effect, fence, error, acting });
  } finally {
    deps.observe(`call ${effect.connection.connector}`, deps.clock.nowMs() - startedMs);
  }
}

async function clearInput(deps: ActivityDeps, effect: EffectCase): Promise<JsonObject> {
  const { run } = effect.item;
  const { name, reveals } = effect.capability.manifest;
  const clear = await deps.reveal(effect.input, {
    tenant: run.tenant,
    incidentId: run.incidentId,
    runKey: run.key,
    capability: name,
    privilege: effect.item.command.call.privilege,
    kinds: reveals,
  });
  return effect.capability.parseInput(clear) as JsonObject;
}

const contextOf = (deps: ActivityDeps, effect: EffectCase): ReturnType<typeof callContext> =>
  callContext(deps, {
    connection: effect.connection,
    key: effect.key,
    tenant: effect.item.run.tenant,
    signal: AbortSignal.timeout(executorLimits.callTimeoutMs),
  });

type Settled = Pick<EffectResult, 'state' | 'output' | 'detail'> & { readonly outcome: Outcome };

/** What became of an earlier try; null where it certainly left nothing, so that the call may be made now. */
async function settle(
  deps: ActivityDeps,
  effect: EffectCase,
  input: JsonObject,
): Promise<Settled | null> {
  const found = await effect.capability.settle(input, contextOf(deps, effect));
  if (found.kind === 'absent') return null;
  if (found.kind === 'unknown') return held('the outcome cannot be looked up');
  const output = deps.redact(found.output) as JsonObject;
  return { state: 'done', output, detail: 'found when looked up', outcome: { kind: 'ok', output } };
}

/** A database that was restored does not know what was done after it was copied: the product is asked. */
async function lookFirst(
  deps: ActivityDeps,
  effect: EffectCase,
  input: JsonObject,
): Promise<Settled | null> {
  if (effect.doubt === null) return null;
  if (effect.capability.manifest.settle !== 'none') return settle(deps, effect, input);
  return effect.doubt === 'copied'
    ? held(
        'the database was restored: it may have been done since the copy, and cannot be looked up',
      )
    : null;
}

const held = (detail: string): Settled => ({
  state: 'held',
  output: null,
  detail,
  outcome: { kind: 'held', detail },
});

const unknownResult = (effect: EffectCase, fence: number): EffectResult => ({
  key: effect.key,
  fence,
  state: 'unknown',
  output: null,
  detail: '',
});

interface Failed {
  readonly effect: EffectCase;
  readonly fence: number;
  readonly error: unknown;
  /** False while an earlier try is looked up: a failure then says nothing about that try. */
  readonly acting: boolean;
}

/** A failure that certainly left nothing may be final; every other outcome is unknown until it is looked up. */
function failure({ effect, fence, error, acting }: Failed): Performed {
  const outcome = errorOutcome(error);
  const detail = `${outcome.code}: ${outcome.detail}`;
  const certain = error instanceof SallyportError && nothingHappened(error.code);
  if (certain && acting)
    return {
      effect,
      outcome,
      result: { key: effect.key, fence, state: 'failed', output: null, detail },
    };
  if (certain) return { effect, outcome, result: { ...unknownResult(effect, fence), detail } };
  if (effect.capability.manifest.settle === 'none') {
    const { outcome: kept, ...rest } = held(
      `the answer was lost and cannot be looked up (${detail})`,
    );
    return { effect, outcome: kept, result: { key: effect.key, fence, ...rest } };
  }
  return { effect, outcome: leaseHeld, result: { ...unknownResult(effect, fence), detail } };
}

/** By which names the failpoints of these effects go. */
export function pointOf(effects: readonly EffectCase[]): 'free' | 'act' | 'undo' {
  return (
    effects.find((effect) => effect.item.command.orderDigest !== null)?.item.command.purpose ??
    'free'
  );
}
