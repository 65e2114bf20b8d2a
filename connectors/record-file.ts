import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { SallyportError } from '../domain/errors.ts';
import { isObject, type Json } from '../domain/json.ts';
import { withinDepth } from '../platform/json-depth.ts';
import type { Connector } from './contract.ts';
import { reportCheck } from './report.ts';

/** One row of an inventory file: named fields as text; lists are joined with `;`. */
export type FileRecord = Readonly<Record<string, string>>;

const fileBytesMax = 16 * 1_048_576;
const recordsMax = 200_000;
const fieldChars = 1_024;
const jsonDepthMax = 8;

interface Cached {
  readonly stamp: string;
  readonly records: readonly FileRecord[];
}

const cache = new Map<string, Cached>();

/**
 * Reads a CSV file with a header line, or a JSON file that holds a list of flat objects. Read anew only when the file
 * changed. A file that cannot be read is `VENDOR_UNAVAILABLE`; one of another shape is `RESPONSE_INVALID`.
 */
export async function readRecords(address: string): Promise<readonly FileRecord[]> {
  const path = address.startsWith('file:') ? fileURLToPath(address) : address;
  const info = await stat(path).catch((cause: unknown) => {
    throw new SallyportError('VENDOR_UNAVAILABLE', 'the file cannot be read', { cause });
  });
  if (info.size > fileBytesMax)
    throw new SallyportError('RESPONSE_INVALID', 'the file is too large');
  const stamp = `${info.mtimeMs}/${info.size}/${info.ino}`;
  const known = cache.get(path);
  if (known?.stamp === stamp) return known.records;
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  const records = path.toLowerCase().endsWith('.json') ? fromJson(text) : fromCsv(text);
  cache.set(path, { stamp, records });
  return records;
}

/** The check of a connection that is such a file. */
export const checkRecords: Connector['check'] = async (ctx) => ({
  ...(await reportCheck({ read: () => readRecords(ctx.connection.address) })),
  credential: 'none',
  canWrite: 'no',
});

function fromCsv(text: string): readonly FileRecord[] {
  try {
    const rows: string[][] = parse(text, {
      skip_empty_lines: true,
      trim: true,
      max_record_size: 65_536,
      to: recordsMax + 1,
    });
    const [header = [], ...body] = rows;
    return body.map((cells) => record(header.map((name, at) => [name, cells[at] ?? ''])));
  } catch (cause) {
    throw new SallyportError('RESPONSE_INVALID', 'the file is not CSV with a header line', {
      cause,
    });
  }
}

function fromJson(text: string): readonly FileRecord[] {
  const invalid = (cause?: unknown): SallyportError =>
    new SallyportError('RESPONSE_INVALID', 'the file does not hold a JSON list of flat objects', {
      cause,
    });
  if (!withinDepth(text, jsonDepthMax)) throw invalid();
  let list: Json;
  try {
    // JSON.parse yields JSON.
    list = JSON.parse(text) as Json;
  } catch (cause) {
    throw invalid(cause);
  }
  if (!Array.isArray(list) || list.length > recordsMax) throw invalid();
  return list.map((item: Json) => {
    if (!isObject(item)) throw invalid();
    return record(Object.entries(item).map(([name, value]) => [name, textOf(value)]));
  });
}

/** Header names are matched without case; a name that is an object's own machinery is an ordinary key here. */
function record(fields: readonly (readonly [name: string, value: string])[]): FileRecord {
  const made: Record<string, string> = Object.create(null);
  for (const [name, value] of fields) made[name.trim().toLowerCase()] = value.slice(0, fieldChars);
  return made;
}

function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.filter((item) => typeof item !== 'object').join(';');
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
