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
  try {
    await read();
  } catch (error) {
    return failedReport(error);
  }
  const canWrite = probeWrite === undefined ? 'unknown' : await probeWrite().catch(() => 'unknown' as const);
  return { reach: 'ok', credential: 'ok', canWrite, notes: [] };
}

function failedReport(error: unknown): ConnectionReport {
  if (!(error instanceof SallyportError)) throw error;
  const note = `${error.code}: ${error.message}`;
  if (error.code === 'VENDOR_DENIED') return { reach: 'ok', credential: 'refused', canWrite: 'unknown', notes: [note] };
  // The product answered and knows us; that the probe's object is absent tells nothing bad.
  if (error.code === 'TARGET_ABSENT') return { reach: 'ok', credential: 'ok', canWrite: 'unknown', notes: [note] };
  const reached = error.code === 'RESPONSE_INVALID' || error.code === 'VENDOR_THROTTLED';
  return { reach: reached ? 'ok' : 'failed', credential: 'unknown', canWrite: 'unknown', notes: [note] };
}
