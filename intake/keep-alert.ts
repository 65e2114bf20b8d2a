import { promisify } from 'node:util';
import { gunzip, gzip, gzipSync } from 'node:zlib';
import type { Json } from '../domain/json.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import { seal } from '../redaction/seal.ts';
import type { DraftRedactor } from './redact-draft.ts';
import { intakeLimits } from './limits.ts';
import type { ParsedBody } from './normalise.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);
const fastest = { level: 1 };
/** Up to here a thread of its own costs more than the packing (60 against 190 µs of processor time for 3 KB). */
const packedAtOnceChars = 16_384;

/** A body as it is kept: without what redaction takes out. */
export interface KeptAlert {
  /** gzip of JSON values line by line, or of the text where it was no JSON. */
  readonly body: Uint8Array;
  readonly original: KeptOriginal | null;
}

export interface KeptOriginal {
  readonly keyId: string;
  readonly sealed: Uint8Array;
  readonly expiresAtMs: number;
}

export interface AlertKeeping {
  /** Null: originals are kept of no source. */
  readonly originals: {
    readonly ring: KeyRing;
    /** 0: not of this one. */
    readonly hoursOf: (source: string) => number;
  } | null;
}

export interface AlertToKeep {
  readonly source: string;
  readonly raw: Uint8Array;
  /** What was read of it, content coding and form taken off. */
  readonly read: ParsedBody;
  readonly receivedAtMs: number;
}

/** SECURITY: the body in the clear goes nowhere but into its own sealed box, and there only where the source asks for it. */
export async function keepAlert<Sealed>(
  keeping: AlertKeeping,
  redactor: DraftRedactor<Sealed>,
  alert: AlertToKeep,
): Promise<{ readonly kept: KeptAlert; readonly sealed: readonly Sealed[] }> {
  const { bytes, json } = alert.read;
  const { value, sealed } = redactor.redact(
    json.kind === 'values' ? [...json.values] : Buffer.from(bytes).toString('utf8'),
  );
  const values: readonly Json[] = Array.isArray(value) ? value : [];
  const text =
    typeof value === 'string' ? value : values.map((one) => JSON.stringify(one)).join('\n');
  const body =
    text.length <= packedAtOnceChars ? gzipSync(text, fastest) : await compress(text, fastest);
  return { kept: { body, original: sealOriginal(keeping, alert) }, sealed };
}

/** What an original is bound to: it does not open as that of another source. */
export const originalBinding = (source: string): string => `sallyport/original/v1|${source}`;

function sealOriginal({ originals }: AlertKeeping, alert: AlertToKeep): KeptOriginal | null {
  const hours = originals?.hoursOf(alert.source) ?? 0;
  if (originals === null || hours === 0) return null;
  const box = seal(originals.ring, alert.raw, originalBinding(alert.source));
  return { ...box, expiresAtMs: alert.receivedAtMs + hours * 3_600_000 };
}

export async function keptText(body: Uint8Array): Promise<Buffer> {
  return expand(body, { maxOutputLength: 2 * intakeLimits.decodedBytesMax });
}
