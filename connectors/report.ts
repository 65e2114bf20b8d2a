import { SallyportError } from '../domain/errors.ts';
import type { ConnectionReport } from './contract.ts';

export interface CheckProbes {
  /** A harmless read with the connection's credential. */
  readonly read: () => Promise<unknown>;
  /** Asks for a write that cannot happen, and tells from the refusal whether the credential could. Left out: unknown. */
  readonly probeWrite?: () => Promise<'yes' | 'no' | 'unknown'>;
}

/** Turns what a connector's probes meet into the report of `sallyport connection check`. */
export async function reportCheck({ read, probeWrite }: CheckProbes): Promise<ConnectionReport> {
  const failure = await read().then(
    () => null,
    (error: unknown) => failedReport(error),
  );
  if (failure !== null) return failure;
  const canWrite =
    probeWrite === undefined ? 'unknown' : await probeWrite().catch(() => 'unknown' as const);
  return { reach: 'ok', credential: 'ok', canWrite, notes: [] };
}

/** Null where the product answered and knows us: that the object of the probe is absent tells nothing bad. */
function failedReport(error: unknown): ConnectionReport | null {
  if (!(error instanceof SallyportError)) throw error;
  const note = `${error.code}: ${error.message}`;
  if (error.code === 'VENDOR_DENIED')
    return { reach: 'ok', credential: 'refused', canWrite: 'unknown', notes: [note] };
  if (error.code === 'TARGET_ABSENT') return null;
  const reached = error.code === 'RESPONSE_INVALID' || error.code === 'VENDOR_THROTTLED';
  return {
    reach: reached ? 'ok' : 'failed',
    credential: 'unknown',
    canWrite: 'unknown',
    notes: [note],
  };
}
