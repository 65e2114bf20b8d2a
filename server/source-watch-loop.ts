import { acceptRequest, fileRequest, knownSources, type IntakeDeps } from '../intake/accept.ts';
import type { Receipt } from '../intake/plan-commit.ts';
import { watchSources } from '../intake/source-watch.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Core } from './core.ts';
import { every, loopComponent } from './loop.ts';
import { signDelivery } from './sign-delivery.ts';
import type { Component } from './supervise.ts';

const watchEveryMs = 5_000;

/** Listens for sources that fall silent, and sends each its canaries. */
export function sourceWatch(core: Core, intake: IntakeDeps<SealedOriginal>): Component {
  const log = (problem: string, error: unknown): void => core.logger.warn({ err: error }, problem);
  const deliver = selfDelivery(intake);
  const startedMs = core.clock.nowMs();
  return loopComponent('source-watch', (signal) =>
    every(watchEveryMs, () => watchSources({ ...intake, db: core.db, deliver, startedMs, log }), {
      signal,
      onError: (error) => log('sources could not be watched', error),
    }),
  );
}

/**
 * Delivers a body in the name of a source, signed and verified as its own deliveries are. Where only the product can sign
 * (its key is not ours), the verification is left out, and only that.
 */
function selfDelivery(
  intake: IntakeDeps<SealedOriginal>,
): (source: string, body: Buffer) => Promise<Receipt> {
  const sources = knownSources(intake);
  return async (name, body) => {
    const known = sources.get(name);
    if (known === undefined) throw new SallyportError('NOT_FOUND', `there is no source ${name}`);
    const nowMs = intake.clock.nowMs();
    const secrets = 'secrets' in known.source.verify ? known.source.verify.secrets : [];
    if (secrets.length === 0)
      return fileRequest(intake, known, { headers: {}, body, nowMs, deliveryId: null });
    const signed = signDelivery(known.source, body, intake.clock);
    const headers = Object.fromEntries(
      Object.entries(signed).map(([header, value]) => [header.toLowerCase(), value]),
    );
    const accepted = await acceptRequest(intake, known, { headers, body, nowMs });
    if (accepted.kind !== 'receipt')
      throw new SallyportError('BROKEN_INVARIANT', 'a canary was taken for a handshake');
    return accepted.receipt;
  };
}
