import { celList, celMap, isCelList, isCelMap, isCelUint, type CelInput } from '@bufbuild/cel';
import { SallyportError } from './errors.ts';
import { isObject, type Json } from './json.ts';

const depthMax = 100;

/** SECURITY: objects become maps key by key, so that no key (`$typeName`, `__proto__`) means anything to the library. */
export function toCel(value: Json, depth: number): CelInput {
  if (depth > depthMax) throw failed('the data is nested too deep');
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return celList(value.map((item: Json) => toCel(item, depth + 1)));
  if (!isObject(value)) return value;
  return celMap(new Map(Object.entries(value).map(([key, item]) => [key, toCel(item, depth + 1)])));
}

/** What an expression gave, as JSON. Throws `EXPRESSION_FAILED` for what JSON cannot hold. */
export function fromCel(value: unknown, depth: number): Json {
  if (depth > depthMax) throw failed('the result is nested too deep');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return safe(value);
  if (isCelUint(value)) return safe(value.value);
  if (isCelList(value)) return [...value].map((item) => fromCel(item, depth + 1));
  if (!isCelMap(value)) throw failed('the result is not JSON');
  const entries: [string, Json][] = [];
  for (const [key, item] of value.entries()) {
    if (typeof key !== 'string') throw failed('a key of the result is not a text');
    entries.push([key, fromCel(item, depth + 1)]);
  }
  return Object.fromEntries(entries);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw failed('the result is not a finite number');
  return value;
}

function safe(value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
    throw failed('the result is a number beyond 2^53');
  return Number(value);
}

export function failed(detail: string): SallyportError {
  return new SallyportError('EXPRESSION_FAILED', firstLine(detail));
}

export function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
