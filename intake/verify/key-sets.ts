import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { SallyportError } from '../../domain/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { strictObject } from './jws.ts';

/** Reads a public document over the egress door. Throws where it cannot be had. */
export type FetchText = (url: string, options?: { readonly private?: boolean }) => Promise<string>;

export interface KeyPlace {
  readonly url: string;
  /** Whether it may lie on a private address. */
  readonly private?: boolean;
}

export interface KeySets {
  /** The key of that id, or null where the issuer has none. Throws VENDOR_UNAVAILABLE where no keys can be had at all. */
  keyFor(place: KeyPlace, keyId: string): Promise<Json>;
}

const bounds = {
  freshMs: 10 * 60_000,
  /** Keys that cannot be renewed serve so long: an issuer that is down must not stop alerts. */
  staleMs: 24 * 3_600_000,
  /** A key id that is not known is looked up anew at most so often, whoever asks. */
  coolDownMs: 30_000,
  keysMax: 100,
} as const;

interface Cached {
  readonly keys: ReadonlyMap<string, JsonObject>;
  readonly atMs: number;
}

interface Place {
  cached: Cached | null;
  triedMs: number;
  running: Promise<void> | null;
}

/** JWK sets (RFC 7517) of issuers, kept in memory: one request at a time for each, and none that a stranger can force. */
export function createKeySets(deps: {
  readonly fetchText: FetchText;
  readonly clock: Clock;
}): KeySets {
  const places = new Map<string, Place>();
  const renew = async (place: Place, at: KeyPlace): Promise<void> => {
    place.triedMs = deps.clock.nowMs();
    const text = await deps.fetchText(at.url, { private: at.private ?? false });
    place.cached = { keys: readKeys(text), atMs: deps.clock.nowMs() };
  };
  const renewOnce = (place: Place, at: KeyPlace): Promise<void> => {
    place.running ??= renew(place, at).finally(() => (place.running = null));
    return place.running;
  };
  return {
    keyFor: async (at, keyId) => {
      const place = places.get(at.url) ?? { cached: null, triedMs: -Infinity, running: null };
      places.set(at.url, place);
      const nowMs = deps.clock.nowMs();
      const isFresh = place.cached !== null && nowMs - place.cached.atMs < bounds.freshMs;
      const known = place.cached?.keys.get(keyId);
      if (isFresh && known !== undefined) return known;
      const mayAsk = nowMs - place.triedMs >= bounds.coolDownMs || place.running !== null;
      const failure = mayAsk ? await renewOnce(place, at).then(noFailure, asError) : null;
      const { cached } = place;
      if (cached === null || nowMs - cached.atMs >= bounds.staleMs)
        throw new SallyportError('VENDOR_UNAVAILABLE', "the issuer's keys cannot be read", {
          cause: failure,
        });
      return cached.keys.get(keyId) ?? null;
    },
  };
}

const noFailure = (): null => null;
const asError = (error: unknown): unknown => error;

function readKeys(text: string): ReadonlyMap<string, JsonObject> {
  const set = strictObject(Buffer.from(text));
  const listed = set?.['keys'];
  if (!Array.isArray(listed))
    throw new SallyportError('RESPONSE_INVALID', 'the answer is no JWK set');
  const keys = new Map<string, JsonObject>();
  for (const key of (listed as readonly Json[]).slice(0, bounds.keysMax)) {
    const id = isObject(key) ? key['kid'] : undefined;
    // Two keys of one id would make the answer depend on their order.
    if (isObject(key) && typeof id === 'string' && !keys.has(id)) keys.set(id, key);
  }
  return keys;
}
