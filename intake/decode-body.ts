import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { formBody } from './form-body.ts';
import { intakeLimits } from './limits.ts';

export type DecodedBody =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  /** A coding that we do not read: 415, the only answer about form that a sender gets. */
  | { readonly kind: 'unsupported' }
  /** Authenticated, but not what its coding says, or a bomb: to be filed as `unparsed`. */
  | { readonly kind: 'broken'; readonly verdict: string };

/**
 * Takes off one content coding, and the form that a body may be written as. Bodies that begin as gzip does are read as
 * gzip, whatever their headers say.
 */
export function decodeBody(raw: Uint8Array, coding: string | undefined): DecodedBody {
  const decoded = decodeCoding(raw, coding);
  return decoded.kind === 'body'
    ? { kind: 'body', body: formBody(decoded.body) ?? decoded.body }
    : decoded;
}

function decodeCoding(raw: Uint8Array, coding: string | undefined): DecodedBody {
  const name = (coding ?? '').trim().toLowerCase();
  if (name === 'gzip' || name === 'x-gzip')
    return inflate(raw, (options) => gunzipSync(raw, options));
  if (name === 'deflate')
    return inflate(raw, (options) =>
      isZlib(raw) ? inflateSync(raw, options) : inflateRawSync(raw, options),
    );
  if (name !== '' && name !== 'identity') return { kind: 'unsupported' };
  return isGzip(raw)
    ? inflate(raw, (options) => gunzipSync(raw, options))
    : { kind: 'body', body: raw };
}

const isGzip = (raw: Uint8Array): boolean => raw.length > 2 && raw[0] === 0x1f && raw[1] === 0x8b;
/** RFC 1950 allows a zlib header; some senders of `deflate` leave it out. */
const isZlib = (raw: Uint8Array): boolean =>
  raw.length > 2 &&
  ((raw[0] ?? 0) & 0x0f) === 8 &&
  (((raw[0] ?? 0) << 8) | (raw[1] ?? 0)) % 31 === 0;

function inflate(
  raw: Uint8Array,
  read: (options: { maxOutputLength: number }) => Uint8Array,
): DecodedBody {
  const { bodyBytesMax, decodedBytesMax, decodedRatioMax } = intakeLimits;
  const maxOutputLength = Math.max(
    bodyBytesMax,
    Math.min(decodedBytesMax, raw.byteLength * decodedRatioMax),
  );
  try {
    return { kind: 'body', body: read({ maxOutputLength }) };
  } catch (error) {
    const tooLarge =
      error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { kind: 'broken', verdict: tooLarge ? 'decoded-too-large' : 'coding-broken' };
  }
}
