import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { asText } from './fields.ts';
import { parseJson } from './parse-json.ts';
import { textEvent } from './text-event.ts';

/** Splunk's codes and words, as its own collector answers. */
export const hecAnswers = {
  success: { status: 200, text: 'Success', code: 0 },
  tokenMissing: { status: 401, text: 'Token is required', code: 2 },
  tokenInvalid: { status: 403, text: 'Invalid token', code: 4 },
  noData: { status: 400, text: 'No data', code: 5 },
  invalidFormat: { status: 400, text: 'Invalid data format', code: 6 },
  serverError: { status: 500, text: 'Internal server error', code: 8 },
  busy: { status: 503, text: 'Server is busy', code: 9 },
  channelMissing: { status: 400, text: 'Data channel is missing', code: 10 },
  channelInvalid: { status: 400, text: 'Invalid data channel', code: 11 },
  eventMissing: { status: 400, text: 'Event field is required', code: 12 },
  eventBlank: { status: 400, text: 'Event field cannot be blank', code: 13 },
  ackDisabled: { status: 400, text: 'ACK is disabled', code: 14 },
  queryToken: { status: 400, text: 'Query string authorization is not enabled', code: 16 },
  healthy: { status: 200, text: 'HEC is healthy', code: 17 },
  queuesFull: { status: 503, text: 'HEC is unhealthy, queues are full', code: 18 },
  tooLarge: { status: 413, text: 'Content-Length of the request is too large', code: 27 },
} as const;

export type HecAnswer = (typeof hecAnswers)[keyof typeof hecAnswers];

export interface HecBody {
  /** What Splunk would say of it. It is filed whatever that is: nothing that came is lost. */
  readonly answer: HecAnswer;
  /** The first event that is wrong, counted from 0. */
  readonly invalidEvent: number | null;
  /** What to read; null: the body as it came. */
  readonly read: Uint8Array | null;
}

/** `/services/collector/event`: objects one after the other, or a list of them, each with its `event`. */
export function readHecEvents(body: Uint8Array): HecBody {
  const parsed = parseJson(body);
  if (isBlank(body)) return { answer: hecAnswers.noData, invalidEvent: null, read: null };
  if (parsed.kind === 'invalid')
    return { answer: hecAnswers.invalidFormat, invalidEvent: 0, read: null };
  const events = parsed.values.flatMap((value) =>
    Array.isArray(value) ? (value as readonly Json[]) : [value],
  );
  const answers = events.map(answerTo);
  const wrong = answers.findIndex((answer) => answer !== hecAnswers.success);
  return {
    answer: answers[wrong] ?? hecAnswers.success,
    invalidEvent: wrong === -1 ? null : wrong,
    read: Buffer.from(JSON.stringify(events.map(alertIn))),
  };
}

function answerTo(event: Json): HecAnswer {
  if (!isObject(event)) return hecAnswers.invalidFormat;
  const said = event['event'];
  if (said === undefined || said === null) return hecAnswers.eventMissing;
  return said === '' ? hecAnswers.eventBlank : hecAnswers.success;
}

/** An object keeps its envelope; text is read for what is in it. */
function alertIn(event: Json): Json {
  if (!isObject(event)) return event;
  const said = event['event'];
  if (isObject(said)) return { sourcetype: '', ...event };
  return typeof said === 'string' && said !== ''
    ? textEvent({ whole: said, message: said }, about(event))
    : event;
}

const about = (event: JsonObject): Parameters<typeof textEvent>[1] => ({
  host: asText(event['host']),
  time: asText(event['time']),
  program: asText(event['source']),
  severity: '',
});

/** `/services/collector/raw`: a line is an event; host and source come with the address. */
export function readHecRaw(body: Uint8Array, query: Readonly<Record<string, unknown>>): HecBody {
  if (isBlank(body)) return { answer: hecAnswers.noData, invalidEvent: null, read: null };
  const parsed = parseJson(body);
  if (parsed.kind === 'values')
    return { answer: hecAnswers.success, invalidEvent: null, read: null };
  const named = (name: string): string => {
    const value = query[name];
    return typeof value === 'string' ? value : '';
  };
  const place = {
    host: named('host'),
    time: named('time'),
    program: named('source'),
    severity: '',
  };
  const lines = Buffer.from(body).toString('utf8').split('\n');
  const events = lines
    .filter((line) => line.trim() !== '')
    .map((line) => textEvent({ whole: line, message: line }, place));
  return {
    answer: hecAnswers.success,
    invalidEvent: null,
    read: Buffer.from(JSON.stringify(events)),
  };
}

const isBlank = (body: Uint8Array): boolean =>
  body.every((byte) => byte === 32 || (byte >= 9 && byte <= 13));
