import type { LoadedDataConverter, Payload } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { History } from '@temporalio/common/lib/proto-utils.js';

/** One event with its payloads opened. `values` by the field that held them: `input`, `result`, `details` … */
export interface OpenedEvent {
  readonly id: number;
  /** RFC 3339. */
  readonly time: string;
  /** Such as `ActivityTaskScheduled`. */
  readonly type: string;
  readonly values: { readonly [field: string]: readonly unknown[] };
  /** The event that scheduled what this one is about. */
  readonly scheduledBy: number | null;
  /** Activity type, signal, update or timer name, failure message. */
  readonly name: string | null;
}

const payloadFields = ['input', 'result', 'details', 'lastCompletionResult'];

/** Opens a history for people. A payload that cannot be opened (another key) becomes the text `(sealed)`. */
export async function openHistory(
  history: History,
  converter: LoadedDataConverter,
): Promise<OpenedEvent[]> {
  const events: OpenedEvent[] = [];
  for (const event of history.events ?? []) {
    const found = Object.entries(event).find(
      ([name, value]) => name.endsWith('EventAttributes') && value !== null && value !== undefined,
    );
    const attributes: Record<string, unknown> = { ...(found?.[1] as object | undefined) };
    events.push({
      id: Number(event.eventId ?? 0),
      time: timeOf(event.eventTime),
      type: typeOf(found?.[0] ?? ''),
      values: await openAll(attributes, converter),
      scheduledBy:
        numberOf(attributes['scheduledEventId']) ??
        numberOf(attributes['initiatedEventId']) ??
        numberOf(attributes['acceptedEventId']),
      name: await nameOf(attributes, converter),
    });
  }
  return events;
}

/** `activityTaskScheduledEventAttributes` → `ActivityTaskScheduled`. */
function typeOf(field: string): string {
  const bare = field.replace(/EventAttributes$/, '');
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

async function openAll(
  attributes: Record<string, unknown>,
  converter: LoadedDataConverter,
): Promise<Record<string, readonly unknown[]>> {
  const opened: Record<string, readonly unknown[]> = {};
  for (const field of payloadFields) {
    const payloads = payloadsOf(attributes[field]);
    if (payloads.length > 0) opened[field] = await open(payloads, converter);
  }
  const request = record(attributes['acceptedRequest'])['input'];
  const args = payloadsOf(record(request)['args']);
  if (args.length > 0) opened['input'] = await open(args, converter);
  const outcome = payloadsOf(record(attributes['outcome'])['success']);
  if (outcome.length > 0) opened['result'] = await open(outcome, converter);
  return opened;
}

async function open(
  payloads: readonly Payload[],
  converter: LoadedDataConverter,
): Promise<readonly unknown[]> {
  try {
    return await decodeArrayFromPayloads(converter, [...payloads]);
  } catch {
    return payloads.map(() => '(sealed)');
  }
}

async function nameOf(
  attributes: Record<string, unknown>,
  converter: LoadedDataConverter,
): Promise<string | null> {
  const failure = attributes['failure'];
  if (failure !== null && failure !== undefined) return failureOf(failure, converter);
  for (const field of [
    'activityType',
    'workflowType',
    'signalName',
    'timerId',
    'workflowExecution',
  ]) {
    const value = attributes[field];
    if (typeof value === 'string' && value !== '') return value;
    const nested = record(value);
    const text = nested['name'] ?? nested['workflowId'];
    if (typeof text === 'string' && text !== '') return text;
  }
  const update = record(record(record(attributes['acceptedRequest'])['input'])['name']);
  return typeof update['name'] === 'string' ? update['name'] : null;
}

async function failureOf(failure: object, converter: LoadedDataConverter): Promise<string> {
  const type = record(record(failure)['applicationFailureInfo'])['type'];
  const message = record(failure)['message'];
  const [sealed] = await open(
    payloadsOf({ payloads: [record(failure)['encodedAttributes']] }),
    converter,
  );
  const opened = record(sealed)['message'];
  return [type, typeof opened === 'string' ? opened : message]
    .filter((text) => typeof text === 'string' && text !== '')
    .join(': ');
}

function payloadsOf(value: unknown): readonly Payload[] {
  const payloads = record(value)['payloads'];
  // Temporal's own decoder made these.
  return Array.isArray(payloads)
    ? payloads.filter((item): item is Payload => typeof item === 'object' && item !== null)
    : [];
}

function timeOf(time: { seconds?: unknown; nanos?: number | null } | null | undefined): string {
  return new Date(
    Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1_000_000),
  ).toISOString();
}

function numberOf(value: unknown): number | null {
  const number = value === null || value === undefined ? 0 : Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : null;
}

export function record(value: unknown): Record<string, unknown> {
  // Any non-array object may be read by its keys.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
