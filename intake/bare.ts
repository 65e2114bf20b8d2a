import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Envelope } from './draft.ts';
import { fold } from './fields.ts';

/** One alert, bare of what carried it. */
export interface Bare {
  readonly value: Json;
  readonly envelope: Envelope;
}

/** The objects of a list, null where there is none. */
export function list(value: Json | undefined, envelope: Envelope): readonly Bare[] | null {
  if (!Array.isArray(value)) return null;
  const objects = (value as readonly Json[]).filter(isObject);
  return objects.length === 0 ? null : objects.map((item) => ({ value: item, envelope }));
}

const lists = [
  'alerts',
  'data',
  'items',
  'results',
  'findings',
  'events',
  'incidents',
  'detections',
  'issues',
  'entities',
  'resources',
];
const paging: ReadonlySet<string> = new Set([
  'pagination',
  'paging',
  'page',
  'pages',
  'errors',
  'error',
  'meta',
  'metadata',
  'total',
  'totalcount',
  'count',
  'size',
  'next',
  'nexttoken',
  'nextlink',
  'nextpage',
  'cursor',
  'offset',
  'limit',
  'hasmore',
  'links',
  'success',
  'ok',
  'code',
  '@odata.context',
  '@odata.nextlink',
  '@odata.count',
]);

/** A page of an API's answer: a list of alerts, and beside it nothing but how to read on. */
export function pageOf(value: JsonObject, envelope: Envelope): readonly Bare[] | null {
  const names = Object.keys(value).filter((key) => !paging.has(fold(key)));
  const [only] = names;
  return only !== undefined && names.length === 1 && lists.includes(fold(only))
    ? list(value[only], envelope)
    : null;
}
