import { gunzipSync } from 'node:zlib';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { list, pageOf, type Bare } from './bare.ts';
import { noEnvelope, type Envelope } from './draft.ts';
import { at, listAt, textAt } from './fields.ts';
import { alertReaderOf, readerOf, type Detect } from './formats/registry.ts';
import { intakeLimits } from './limits.ts';
import { parseJson, parseJsonText } from './parse-json.ts';
import { readText } from './text-body.ts';
import { parseTime } from './times.ts';

/**
 * Takes off what transports put around alerts, at most four levels deep. A wrapping whose inside cannot be read, or
 * is not an object, is kept as the alert itself: nothing is dropped.
 */
export function unwrap(value: Json, detect: Detect = readerOf): readonly Bare[] {
  return unwrapAt(value, {
    envelope: noEnvelope,
    level: 0,
    knows: (inside) => alertReaderOf(inside, detect) !== null,
  });
}

interface Place {
  readonly envelope: Envelope;
  readonly level: number;
  readonly knows: (value: JsonObject) => boolean;
}

function unwrapAt(value: Json, place: Place): readonly Bare[] {
  const { envelope, level } = place;
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item) => unwrapAt(item, place));
  if (!isObject(value) || level >= intakeLimits.unwrapLevelsMax || place.knows(value))
    return [{ value, envelope }];
  for (const wrapping of wrappings) {
    const inside = wrapping(value, envelope, place.knows);
    if (inside === null) continue;
    const bare = inside.flatMap((item) =>
      unwrapAt(item.value, { ...place, envelope: item.envelope, level: level + 1 }),
    );
    if (bare.length > 0) return bare;
  }
  return [{ value, envelope }];
}

type Wrapping = (
  value: JsonObject,
  envelope: Envelope,
  knows: Place['knows'],
) => readonly Bare[] | null;

const wrappings: readonly Wrapping[] = [
  lambdaRecords,
  snsMessage,
  eventBridge,
  (value, envelope) =>
    typeof value['_index'] === 'string'
      ? inner(at(value, '_source'), withUid(envelope, textAt(value, '_id')))
      : null,
  (value, envelope) =>
    value['type'] === 'doc'
      ? inner(at(value, 'value.source'), withUid(envelope, textAt(value, 'value.id')))
      : null,
  (value, envelope) => list(at(value, 'hits.hits'), envelope),
  cloudEvent,
  pubSub,
  awsLogs,
  (value, envelope) =>
    value['kind'] === 'List' ||
    (typeof value['kind'] === 'string' && value['kind'].endsWith('List'))
      ? list(value['items'], envelope)
      : null,
  (value, envelope) =>
    typeof value['type'] === 'string' && isObject(value['object']) && 'kind' in value['object']
      ? inner(value['object'], envelope)
      : null,
  (value, envelope) =>
    Object.keys(value).length <= 3 && Array.isArray(value['value'])
      ? list(value['value'], envelope)
      : null,
  (value, envelope) =>
    Object.keys(value).length <= 2 && Array.isArray(value['records'])
      ? list(value['records'], envelope)
      : null,
  (value, envelope) => list(at(value, 'data.events'), envelope),
  // JSON-RPC 2.0: its id is the request's.
  (value, envelope) =>
    value['jsonrpc'] === '2.0'
      ? (list(at(value, 'params.events'), envelope) ?? inner(at(value, 'params'), envelope))
      : null,
  pageOf,
  // Splunk's collector names host, source and type in words; other products' objects of these names are the alert's.
  (value, envelope) =>
    (typeof value['sourcetype'] === 'string' ||
      (typeof value['host'] === 'string' && typeof value['source'] === 'string')) &&
    isObject(value['event'])
      ? inner(value['event'], { ...envelope, time: parseTime(value['time']) ?? envelope.time })
      : null,
];

function inner(value: Json | undefined, envelope: Envelope): readonly Bare[] | null {
  return isObject(value) ? [{ value, envelope }] : null;
}

function withUid(envelope: Envelope, uid: string): Envelope {
  return uid === '' ? envelope : { ...envelope, uid };
}

/** JSON or lines of a log in a string; text that is neither stays part of its wrapping. */
function fromText(text: string, envelope: Envelope): readonly Bare[] | null {
  const parsed = parseJsonText(text);
  const values = parsed.kind === 'values' ? parsed.values : (readText(text) ?? []);
  const objects = values
    .flatMap((value) => (Array.isArray(value) ? (value as readonly Json[]) : [value]))
    .filter(isObject);
  return objects.length === 0 ? null : objects.map((value) => ({ value, envelope }));
}

function lambdaRecords(value: JsonObject, envelope: Envelope): readonly Bare[] | null {
  const records = listAt(value, 'Records').flatMap((record) => {
    const sns = at(record, 'Sns');
    const body = textAt(record, 'body');
    if (isObject(sns)) return snsMessage(sns, envelope) ?? [{ value: sns, envelope }];
    return body === '' ? [] : (fromText(body, envelope) ?? []);
  });
  return records.length === 0 ? null : records;
}

function snsMessage(value: JsonObject, envelope: Envelope): readonly Bare[] | null {
  const message = value['Message'];
  if (typeof message !== 'string' || !('TopicArn' in value || 'MessageId' in value)) return null;
  return fromText(message, { ...envelope, product: 'Amazon SNS' });
}

/** The detail is the alert only where a reader knows it: of other services the outside says more than the inside. */
function eventBridge(
  value: JsonObject,
  envelope: Envelope,
  knows: Place['knows'],
): readonly Bare[] | null {
  const detail = value['detail'];
  if (typeof value['detail-type'] !== 'string' || !isObject(detail)) return null;
  const known =
    value['detail-type'] === 'GuardDuty Finding' ||
    knows(detail) ||
    (pageOf(detail, envelope) ?? []).some(({ value: item }) => isObject(item) && knows(item));
  if (!known) return null;
  const outer: Envelope = {
    ...envelope,
    uid: envelope.uid,
    time: parseTime(value['time']) ?? envelope.time,
    type: value['detail-type'],
    account: textAt(value, 'account'),
    region: textAt(value, 'region'),
  };
  return [{ value: detail, envelope: outer }];
}

function cloudEvent(
  value: JsonObject,
  envelope: Envelope,
  knows: Place['knows'],
): readonly Bare[] | null {
  if (typeof value['specversion'] !== 'string') return null;
  const outer: Envelope = {
    ...envelope,
    uid: textAt(value, 'id'),
    time: parseTime(value['time']),
    type: textAt(value, 'type'),
    product: textAt(value, 'source'),
  };
  const data = value['data'];
  const bare = isObject(data)
    ? [{ value: data, envelope: outer }]
    : fromText(typeof data === 'string' ? data : base64Text(value['data_base64']), outer);
  // The event's own attributes are lost inside; only data that a reader knows is worth that.
  return bare !== null && bare.every((item) => isObject(item.value) && knows(item.value))
    ? bare
    : null;
}

function base64Text(value: Json | undefined): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
}

function pubSub(value: JsonObject, envelope: Envelope): readonly Bare[] | null {
  const data = at(value, 'message.data');
  return typeof data === 'string' && 'subscription' in value
    ? fromText(base64Text(data), envelope)
    : null;
}

function awsLogs(value: JsonObject, envelope: Envelope): readonly Bare[] | null {
  const data = at(value, 'awslogs.data');
  if (typeof data !== 'string') return null;
  try {
    const parsed = parseJson(
      gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: intakeLimits.decodedBytesMax }),
    );
    return parsed.kind === 'values'
      ? parsed.values.filter(isObject).map((item) => ({ value: item, envelope }))
      : null;
  } catch {
    return null;
  }
}
