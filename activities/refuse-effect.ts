import { appendEntries } from '../audit/append.ts';
import type { Outcome } from '../domain/run.types.ts';
import type { Sql } from '../store/database.ts';
import { wasClaimedSince } from '../store/effects.ts';
import { voidWarrants } from '../store/warrants.ts';
import type { ActivityDeps } from './deps.ts';
import type { EffectCase } from './effect-case.ts';
import { refusalEntry } from './effect-entries.ts';
import { leaseHeld } from './executor-limits.ts';

type Refusal = Extract<Outcome, { kind: 'error' }>;

/**
 * Makes a refusal that no repeat would change the last word on its effect, unless another try was faster: then that
 * one's outcome is the answer.
 * SECURITY: the warrant dies with the refusal, so that a try that passed its guards before and slept acts on it no more.
 */
export async function refuse(
  tx: Sql,
  deps: Pick<ActivityDeps, 'clock'>,
  { effect, outcome }: { effect: EffectCase; outcome: Refusal },
): Promise<Outcome> {
  const { orderDigest, purpose } = effect.item.command;
  if (orderDigest !== null)
    await voidWarrants(
      tx,
      { orderDigest, purpose, reason: `${outcome.code}: ${outcome.detail}` },
      deps.clock,
    );
  // After the warrant's row was locked: whoever spent it has committed the claim with it.
  if (await wasClaimedSince(tx, { key: effect.key, fence: effect.row?.fence ?? 0 }))
    return leaseHeld;
  await appendEntries(tx, [refusalEntry(effect, outcome, deps.clock)]);
  return outcome;
}
