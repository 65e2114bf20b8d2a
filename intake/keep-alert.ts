import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Json } from '../domain/json.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import { seal } from '../redaction/seal.ts';
import type { DraftRedactor } from './finish.ts';
import { intakeLimits } from './limits.ts';
import { parseJson } from './parse-json.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);
const fastest = { level: 1 };

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
  readonly read: Uint8Array;
  readonly receivedAtMs: number;
}

/** SECURITY: the body in the clear goes nowhere but into its own sealed box, and there only where the source asks for it. */
export async function keepAlert<Sealed>(
  keeping: AlertKeeping,
  redactor: DraftRedactor<Sealed>,
  alert: AlertToKeep,
): Promise<{ readonly kept: KeptAlert; readonly sealed: readonly Sealed[] }> {
  const parsed = parseJson(alert.read);
  const { value, sealed } = redactor.redact(
    parsed.kind === 'values' ? [...parsed.values] : Buffer.from(alert.read).toString('utf8'),
  );
  const values: readonly Json[] = Array.isArray(value) ? value : [];
  const text =
    typeof value === 'string' ? value : values.map((one) => JSON.stringify(one)).join('\n');
  const body = await compress(text, fastest);
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
