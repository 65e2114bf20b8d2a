import { parseDuration } from '../../domain/duration.ts';
import type { Egress } from '../../platform/http.ts';
import type { PullSource } from '../../platform/source-config.ts';
import type { Database } from '../../store/database.ts';
import { knownDeliveries, readPulledAt, savePulledAt } from '../../store/pull-cursors.ts';
import { fileRequest, type IntakeDeps, type KnownSource } from '../accept.ts';
import { deliveryIdKey } from '../plan-commit.ts';
import { readGithubDeliveries } from './github-deliveries.ts';
import { pullLimits } from './limits.ts';
import { readPages, type PulledAlert, type Reading } from './read-pages.ts';

export interface PullDeps<Sealed> extends IntakeDeps<Sealed> {
  readonly db: Database;
  readonly egress: Egress;
}

/**
 * One reading of a source that is asked: from a while before the last complete one. Each alert takes the way of a
 * delivery, so that what was read before, or arrived by itself, counts nothing. Only a complete reading moves the
 * cursor. Throws what stopped it; the next begins at the same place. Returns how many alerts it filed or met again.
 */
export async function pullOnce<Sealed>(
  deps: PullDeps<Sealed>,
  known: KnownSource,
  signal: AbortSignal,
): Promise<number> {
  const { pull } = known.source;
  if (pull === undefined) return 0;
  const { tenant, db, clock } = deps;
  const beganMs = clock.nowMs();
  const lastMs = (await readPulledAt(db, tenant, known.name)) ?? beganMs - pullLimits.firstMs;
  const reading: Reading = {
    client: deps.egress.clientFor({
      name: `pull-${known.name}`,
      address: pull.address,
      egress: { hosts: [], private: pull.private },
    }),
    headers: credential(pull),
    // A clock that was set back must not leave a gap.
    sinceMs: Math.min(lastMs, beganMs) - (parseDuration(pull.overlap) ?? 0),
    signal,
  };
  let count = 0;
  for await (const alert of alertsOf(deps, known, { pull, reading })) {
    await fileRequest(deps, known, { ...alert, headers: {}, nowMs: clock.nowMs() });
    count += 1;
  }
  await savePulledAt(db, { tenant, source: known.name, sinceMs: beganMs });
  return count;
}

function credential(pull: PullSource): Readonly<Record<string, string>> {
  if (pull.secret === undefined) return {};
  return pull.header === undefined
    ? { authorization: `Bearer ${pull.secret.reveal()}` }
    : { [pull.header]: pull.secret.reveal() };
}

function alertsOf<Sealed>(
  { db, tenant }: PullDeps<Sealed>,
  known: KnownSource,
  asked: { readonly pull: PullSource; readonly reading: Reading },
): AsyncGenerator<PulledAlert> {
  const { pull, reading } = asked;
  if (pull.kind === 'pages') return readPages(pull, reading);
  return readGithubDeliveries(pull, reading, async (ids) => {
    const keys = ids.map(deliveryIdKey);
    const found = await knownDeliveries(db, { tenant, source: known.name, keys });
    return new Set(ids.filter((_, index) => found.has(keys[index] ?? '')));
  });
}
