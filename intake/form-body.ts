import type { Json } from '../domain/json.ts';
import { intakeLimits } from './limits.ts';

/**
 * What a form says (`application/x-www-form-urlencoded`), as JSON: the field `payload` where there is one (GitHub,
 * Slack), else all fields as an object. Null where the body is no form. Told by the body: content types lie.
 */
export function formBody(body: Uint8Array): Uint8Array | null {
  if (!looksLikeForm(body)) return null;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const fields = new URLSearchParams(text);
  const payload = fields.get('payload');
  if (payload !== null) return Buffer.from(payload);
  const object: { [key: string]: Json } = Object.create(null);
  let count = 0;
  for (const [name, value] of fields) {
    count += 1;
    if (count > intakeLimits.keysMax) return null;
    object[name === '__proto__' ? '__proto__ (key)' : name] = value;
  }
  return count >= fieldsMin ? Buffer.from(JSON.stringify(object)) : null;
}

/** One word with an equals sign in it is no form. */
const fieldsMin = 2;

/** A name, an equals sign, and nothing that URL encoding would have escaped. */
function looksLikeForm(body: Uint8Array): boolean {
  let equals = false;
  for (const byte of body) {
    if (byte === equalsSign) equals = true;
    else if (!formBytes.has(byte)) return false;
  }
  return equals && body[0] !== equalsSign;
}

const equalsSign = 61;
const formBytes: ReadonlySet<number> = new Set(
  Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~*+%&!'()@:/?$,;"),
);
