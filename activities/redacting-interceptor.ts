import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import type { Redactor } from '../redaction/redact.ts';
import { redactError } from '../redaction/redact-error.ts';

export interface RedactingInterceptorDeps {
  readonly redactor: Redactor;
  /** Stores the originals of new tokens (`keepOriginals`). Called before the result may enter history; not called for none. */
  readonly keep: (sealed: readonly SealedOriginal[]) => Promise<void>;
}

/**
 * The outbound border: what an activity returns or throws is redacted before Temporal sees it. Where the vault cannot be written the
 * activity fails, for a token whose original is lost cannot be revealed; an error travels redacted even then.
 */
export function createRedactingInterceptor(
  deps: RedactingInterceptorDeps,
): ActivityInboundCallsInterceptor {
  return {
    execute: async (input, next) => {
      const result = await next(input).catch((error: unknown) => rethrowRedacted(deps, error));
      const redacted = deps.redactor.redact(result);
      if (redacted.sealed.length > 0)
        await deps.keep(redacted.sealed).catch((error: unknown) => rethrowRedacted(deps, error));
      return redacted.value;
    },
  };
}

async function rethrowRedacted(deps: RedactingInterceptorDeps, error: unknown): Promise<never> {
  const redacted = redactError(deps.redactor, error);
  if (redacted.sealed.length > 0) await deps.keep(redacted.sealed).catch(() => undefined);
  throw redacted.error;
}
