import { createHash, randomFillSync } from 'node:crypto';
import { base32, canonicalJson } from '../domain/digest.ts';
import type { Entry } from '../domain/entry.ts';
import { asJson, type Json, type JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { isoTime } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';

/** What an entry bundle's 16-bit length prefix can say (C2SP tlog-tiles). */
export const entryBytesMax = 65_535;
/** Longest id, tenant, subject and so on; longer ones are cut and end in their digest. */
export const entryFieldCharsMax = 512;
const valueBytesKept = 1_024;

/**
 * Fills in what is the same for every entry. Pass a deterministic `id` where the writer may run twice (the repeat then
 * changes nothing) that does not begin with `aud_`; without one it is random.
 */
export function newEntry(
  fields: Omit<Entry, 'schema' | 'id' | 'time'> & { id?: string },
  clock: Clock,
): Entry {
  return {
    schema: 1,
    id: bounded(fields.id ?? randomId()),
    time: isoTime(clock.nowMs()),
    tenant: bounded(fields.tenant),
    type: fields.type,
    actor: { kind: fields.actor.kind, id: bounded(fields.actor.id) },
    incident: fields.incident === null ? null : bounded(fields.incident),
    run: fields.run === null ? null : bounded(fields.run),
    subject: fields.subject === null ? null : bounded(fields.subject),
    outcome: fields.outcome,
    data: fields.data,
  };
}

const idBytes = 15;
const pool = Buffer.alloc(idBytes * 256);
let poolAt = pool.length;

/** One call of the random source for many ids: it costs more than all the rest of an entry. */
function randomId(): string {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  const id = base32(pool.subarray(poolAt, poolAt + idBytes));
  poolAt += idBytes;
  return `${randomPrefix}${id}`;
}

/** Of random ids, and of no other: SQL does not look whether one is there already. */
const randomPrefix = 'aud_';

export const hasRandomId = ({ id }: Entry): boolean => id.startsWith(randomPrefix);

/**
 * The canonical JSON that the log holds, at most `entryBytesMax` bytes. Of an entry that is larger, the largest values
 * in `data` are replaced by their digest and size. Never throws on data: lone surrogates become U+FFFD.
 */
export function entryBody(entry: Entry): string {
  const body = canonicalOf(entry);
  if (body.length * 3 <= entryBytesMax || Buffer.byteLength(body) <= entryBytesMax) return body;
  return canonicalOf({
    ...entry,
    data: smaller(entry.data, Buffer.byteLength(body) - entryBytesMax),
  });
}

function canonicalOf(entry: Entry): string {
  const value = asJson(entry);
  try {
    return canonicalJson(value);
  } catch {
    return canonicalJson(wellFormed(value));
  }
}

function smaller(data: JsonObject, excessBytes: number): JsonObject {
  const sized = Object.entries(data)
    .map(([name, value]) => ({ name, text: canonicalJson(wellFormed(value)) }))
    .sort((a, b) => b.text.length - a.text.length);
  const result: Record<string, Json> = Object.assign(Object.create(null), data);
  let excess = excessBytes;
  for (const { name, text } of sized) {
    if (excess <= 0) return result;
    const bytes = Buffer.byteLength(text);
    const digest = { replaced: true, sha256: sha256Hex(text), bytes };
    if (bytes > valueBytesKept) {
      result[name] = digest;
      excess -= bytes - Buffer.byteLength(canonicalJson(digest));
    }
  }
  return excess <= 0
    ? result
    : { replaced: true, sha256: sha256Hex(canonicalJson(wellFormed(data))), fields: sized.length };
}

function wellFormed(value: Json | undefined): Json {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value === undefined ? null : value;
  const kept = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(kept.map(([name, item]) => [name.toWellFormed(), wellFormed(item)]));
}

/** PostgreSQL's text holds no NUL; the other one parts the values of a column while they travel there. */
// oxlint-disable-next-line no-control-regex -- these two are what it is about
const unfit = /[\0\u001F]/g;

function bounded(text: string): string {
  const clean = text.replace(unfit, '\uFFFD');
  return clean.length <= entryFieldCharsMax ? clean : `${clean.slice(0, 400)}…${sha256Hex(clean)}`;
}

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');
