import { appendEntries } from '../audit/append.ts';
import { isWorthRetrying, SallyportError } from '../domain/errors.ts';
import type { Outcome } from '../domain/run.types.ts';
import { steadyMsOf } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import { claimEffects, loadEffects, settleEffects } from '../store/effects.ts';
import { stoppedScopes } from '../store/switches.ts';
import { useWarrant } from '../store/warrants.ts';
import type { EffectActivities, EffectItem } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { claimOf, type EffectCase } from './effect-case.ts';
import { intentEntry, resultEntry } from './effect-entries.ts';
import { guardEffect } from './effect-guard.ts';
import { prepareEffects } from './effect-prepare.ts';
import { linkTickets } from './effect-tickets.ts';
import { executorLimits, leaseHeld } from './executor-limits.ts';
import { errorOutcome, mapBounded, recordedError } from './outcome.ts';
import { perform, pointOf, type ClaimedEffect, type Performed } from './perform-effect.ts';
import { refuse } from './refuse-effect.ts';

/**
 * The one door for effects. Intents are durable before anything is called and results are written under the fence of
 * the lease, so that a crash, a repeat or a sleeper that wakes up never does a thing twice: what is not known is
 * looked up, and what cannot be looked up is held for a person.
 */
export function createEffectActivities(deps: ActivityDeps): EffectActivities {
  return { executeMany: (items) => executeMany(deps, items) };
}

type Step = ClaimedEffect | { readonly outcome: Outcome };

async function executeMany(
  deps: ActivityDeps,
  items: readonly EffectItem[],
): Promise<readonly Outcome[]> {
  const rows = await loadEffects(
    deps.db,
    items.map((item) => item.command.idempotencyKey),
  );
  const prepared = await prepareEffects(deps, items, rows);
  const guarded = await guardAll(deps, prepared);
  const open = guarded.filter((step): step is EffectCase => 'plan' in step);
  const keys = open.map((effect) => effect.key);
  return deps.underWay.during(keys, async () => {
    const claimed = await claimAll(deps, guarded);
    const done = await mapBounded(claimed, executorLimits.callsAtOnce, (step) =>
      'outcome' in step ? Promise.resolve(step) : perform(deps, step),
    );
    return writeResults(deps, done);
  });
}

type Prepared = EffectCase | Extract<Outcome, { kind: 'error' }>;

/** Answers at once what was answered before, what is being done, what is held and what is refused. */
async function guardAll(
  deps: ActivityDeps,
  prepared: readonly Prepared[],
): Promise<readonly (EffectCase | { outcome: Outcome })[]> {
  const startedMs = steadyMsOf(deps.clock);
  const switches = await stoppedScopes(deps.db);
  return mapBounded(prepared, executorLimits.callsAtOnce, async (effect) => {
    if (!('plan' in effect)) return { outcome: effect };
    const known = answerKnown(effect);
    if (known !== null) return { outcome: known };
    if (effect.plan.kind === 'settle') return effect;
    try {
      await guardEffect(deps, effect, switches);
      // SECURITY: what was judged before this process slept is judged anew.
      const isFresh = steadyMsOf(deps.clock) - startedMs <= executorLimits.guardMs;
      return isFresh ? effect : { outcome: leaseHeld };
    } catch (error) {
      const outcome = errorOutcome(error);
      if (isWorthRetrying(outcome.code)) return { outcome };
      return { outcome: await deps.db.transaction((tx) => refuse(tx, deps, { effect, outcome })) };
    }
  });
}

function answerKnown(effect: EffectCase): Outcome | null {
  const { row, plan } = effect;
  if (plan.kind === 'answer' && row !== null) {
    return row.state === 'done'
      ? { kind: 'ok', output: row.output ?? {} }
      : errorOutcome(
          recordedError(row.detail) ?? new SallyportError('BROKEN_INVARIANT', row.detail),
        );
  }
  if (plan.kind === 'held') return { kind: 'held', detail: row?.detail ?? 'held' };
  if (plan.kind === 'wait') return leaseHeld;
  const tooSoon =
    plan.kind === 'settle' && (row?.called_ms_ago ?? Infinity) < executorLimits.settleAfterMs;
  return tooSoon ? leaseHeld : null;
}

/** One transaction: leases, spent warrants, intents. Only what was won here is called afterwards. */
async function claimAll(
  deps: ActivityDeps,
  guarded: readonly (EffectCase | { outcome: Outcome })[],
): Promise<readonly Step[]> {
  const effects = guarded.filter((step): step is EffectCase => 'plan' in step);
  if (effects.length === 0) return guarded as readonly { outcome: Outcome }[];
  const claimedMs = steadyMsOf(deps.clock);
  const { fences, refused } = await deps.db.transaction(async (tx) => {
    const late = new Map<string, Outcome>();
    for (const effect of effects.filter(needsWarrant)) {
      const digest = effect.item.command.orderDigest ?? '';
      failpoint(`${effect.item.command.purpose}-before-warrant-use`);
      const fresh = await useWarrant(
        tx,
        { orderDigest: digest, purpose: effect.item.command.purpose },
        deps.clock,
      );
      failpoint(`${effect.item.command.purpose}-after-warrant-use`);
      if (!fresh && effect.row?.order_digest !== digest)
        late.set(effect.key, await refuse(tx, deps, { effect, outcome: warrantGone }));
    }
    const open = effects.filter((effect) => !late.has(effect.key));
    const claims = open.map((effect) =>
      claimOf(effect, effect.plan.kind === 'act' ? 'intended' : 'unknown'),
    );
    const won = await claimEffects(tx, claims, {
      owner: deps.instance,
      ms: executorLimits.leaseMs,
    });
    const intents = open.filter((effect) => effect.plan.kind === 'act' && won.has(effect.key));
    await appendEntries(
      tx,
      intents.map((effect) => intentEntry(effect, won.get(effect.key) ?? 0, deps.clock)),
    );
    failpoint(`${pointOf(effects)}-before-intent`);
    return { fences: won, refused: late };
  });
  failpoint(`${pointOf(effects)}-after-intent`);
  return guarded.map((step) => {
    if (!('plan' in step)) return step;
    const refusal = refused.get(step.key);
    if (refusal !== undefined) return { outcome: refusal };
    const fence = fences.get(step.key);
    return fence === undefined ? { outcome: leaseHeld } : { effect: step, fence, claimedMs };
  });
}

const warrantGone = {
  kind: 'error',
  code: 'WARRANT_REFUSED',
  detail: 'the warrant was used, voided or ran out meanwhile',
} as const;

const needsWarrant = (effect: EffectCase): boolean =>
  effect.item.command.orderDigest !== null && effect.plan.kind === 'act';

/** One transaction: results under their fences, entries, ticket links. A late holder's result is not believed. */
async function writeResults(
  deps: ActivityDeps,
  done: readonly Performed[],
): Promise<readonly Outcome[]> {
  const called = done.filter(
    (step): step is Required<Performed> => step.effect !== undefined && step.result !== undefined,
  );
  if (called.length === 0) return done.map((step) => step.outcome);
  const written = await deps.db.transaction(async (tx) => {
    const keys = await settleEffects(
      tx,
      called.map((step) => step.result),
    );
    const ours = called.filter((step) => keys.has(step.result.key));
    await appendEntries(
      tx,
      ours.map((step) => resultEntry(step.effect, step.result, deps.clock)),
    );
    await linkTickets(tx, ours);
    failpoint(`${pointOf(called.map((step) => step.effect))}-before-result`);
    return keys;
  });
  failpoint(`${pointOf(called.map((step) => step.effect))}-after-result`);
  for (const { result } of called) if (written.has(result.key)) deps.count('effect', result.state);
  return done.map((step) =>
    step.result !== undefined && !written.has(step.result.key) ? leaseHeld : step.outcome,
  );
}
