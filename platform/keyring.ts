import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import { isObject } from '../domain/json.ts';
import type { KeyRing } from '../domain/key-ring.ts';

/** The engine's own keys: tokens (HMAC), originals in the vault (AES) and Temporal payloads (AES). */
export interface KeyRings {
  readonly token: KeyRing;
  readonly vault: KeyRing;
  readonly codec: KeyRing;
}

const keyBytes = 32;
const ownerOnly = 0o600;
export const keyPurposes = ['token', 'vault', 'codec'] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

/**
 * Reads the key file, or makes one that only its owner can read. Losing it loses every original in the vault and every payload in
 * Temporal's history. Only the rings that the caller needs are kept, and only those must be on it. Rotation: add a key under a new id to a ring and name it `current`; the old ids stay for reading. `overlapUntil` of the token ring (key id → time) makes tokens of an older key
 * aliases of the new ones until then. Originals sealed with a vault key that is taken off the ring are erased by that.
 */
export function loadOrCreateKeyring(
  path: string,
  needs: readonly KeyPurpose[] = keyPurposes,
): KeyRings {
  if (needs.length === 0) return ringsOf(needs, () => emptyRing);
  if (!existsSync(path)) createKeyFile(path);
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, ownerOnly);
  const file = parseKeyFile(readFileSync(path, 'utf8'));
  return ringsOf(needs, (purpose) => parseRing(purpose, file[purpose]));
}

export interface ReferencedKey {
  readonly id: string;
  /** 32 bytes as base64. */
  readonly secret: { reveal(): string };
  /** For token keys: an ISO time until which their tokens are made as aliases of those of the first key. */
  readonly overlapUntil?: string | undefined;
}

/** The same from secrets of their own; the first key of a ring is its current one. */
export function keyringOf(
  keys: Readonly<Record<KeyPurpose, readonly ReferencedKey[]>>,
  needs: readonly KeyPurpose[] = keyPurposes,
): KeyRings {
  return ringsOf(needs, (purpose) => {
    const texts = keys[purpose].map(({ id, secret }) => [id, secret.reveal().trim()] as const);
    const overlapUntil = Object.fromEntries(
      keys[purpose].flatMap(({ id, overlapUntil: until }) =>
        until === undefined ? [] : [[id, until]],
      ),
    );
    return parseRing(purpose, {
      current: keys[purpose][0]?.id,
      keys: Object.fromEntries(texts),
      overlapUntil,
    });
  });
}

/** SECURITY: what a process may not do it has no key for; an empty ring neither seals nor opens anything. */
const emptyRing: KeyRing = Object.freeze({ current: '', keys: Object.freeze({}) });

function ringsOf(
  needs: readonly KeyPurpose[],
  ringFor: (purpose: KeyPurpose) => KeyRing,
): KeyRings {
  const ring = (purpose: KeyPurpose): KeyRing =>
    needs.includes(purpose) ? ringFor(purpose) : emptyRing;
  return Object.freeze({ token: ring('token'), vault: ring('vault'), codec: ring('codec') });
}

/** For a process without the ring: marks made with it mean nothing to any other, and nothing after its end. */
export function passingRing(): KeyRing {
  return { current: 'passing', keys: { passing: randomBytes(keyBytes) } };
}

/** Written aside and linked into place: another process that starts at once sees all of it or nothing, and the first one wins. */
function createKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  const fd = openSync(aside, 'wx', ownerOnly);
  try {
    writeSync(fd, `${JSON.stringify(newKeyFile(), null, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!existsSync(path))
      throw new SallyportError('CONFIG_INVALID', 'the key file cannot be created', {
        cause: error,
      });
  } finally {
    unlinkSync(aside);
  }
}

function newKeyFile(): object {
  const ring = (): object => ({
    current: 'k1',
    keys: { k1: randomBytes(keyBytes).toString('base64') },
  });
  return { schema: 1, token: ring(), vault: ring(), codec: ring() };
}

function parseKeyFile(text: string): Readonly<Record<string, unknown>> {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new SallyportError('CONFIG_INVALID', 'the key file is not JSON');
  }
  if (!isObject(file) || file['schema'] !== 1)
    throw new SallyportError('CONFIG_INVALID', 'the key file has an unknown schema');
  return file;
}

function parseRing(purpose: string, ring: unknown): KeyRing {
  const fault = (why: string): SallyportError =>
    new SallyportError('CONFIG_INVALID', `key ring ${purpose}: ${why}`);
  if (!isObject(ring) || typeof ring['current'] !== 'string' || !isObject(ring['keys']))
    throw fault('current or keys missing');
  const keys = Object.entries(ring['keys']).map(([id, encoded]): [string, Uint8Array] => {
    const key = typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
    if (!/^[a-z0-9]{1,16}$/.test(id)) throw fault('a key id is not 1 to 16 characters of a-z0-9');
    if (key.length !== keyBytes) throw fault(`key ${id} is not 32 bytes`);
    return [id, key];
  });
  const { current } = ring;
  if (!keys.some(([id]) => id === current)) throw fault('the current key is not on it');
  const overlapUntilMs = parseOverlap(ring['overlapUntil'], fault);
  if (Object.keys(overlapUntilMs).some((id) => !keys.some(([known]) => known === id)))
    throw fault('a key that overlaps is not on it');
  return Object.freeze({
    current,
    keys: Object.freeze(Object.fromEntries(keys)),
    overlapUntilMs: Object.freeze(overlapUntilMs),
  });
}

function parseOverlap(
  written: unknown,
  fault: (why: string) => SallyportError,
): Record<string, number> {
  if (written === undefined) return {};
  if (!isObject(written)) throw fault('overlapUntil is no table of key ids and times');
  return Object.fromEntries(
    Object.entries(written).map(([id, time]) => {
      const untilMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
      if (Number.isNaN(untilMs)) throw fault(`overlapUntil of ${id} is no time`);
      return [id, untilMs];
    }),
  );
}
