import RE2 from 're2';
import type { Json, JsonObject } from '../../domain/json.ts';
import { everyMatch } from '../every-match.ts';
import { textEvent } from '../text-event.ts';
import { inNearestYear, months } from '../yearless.ts';

/** One message of syslog, taken apart as far as it keeps to a form. */
export interface SyslogMessage {
  /** RFC 3339; null where the head has no time that can be read. */
  readonly time: string | null;
  readonly host: string;
  readonly program: string;
  readonly severity: string;
  /** Elements of structured data by their ids (RFC 5424). */
  readonly structured: JsonObject;
  readonly message: string;
}

export interface SyslogZone {
  /** Of times without a zone: minutes east of UTC. */
  readonly offsetMinutes: number;
  readonly nowMs: number;
}

const severities = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'informational',
  'debug',
];
const facilitiesMax = 24;

const priority = new RE2(/^<(\d{1,3})>/);
const modern = new RE2(/^1 (\S+) (\S+) (\S+) (\S+) (\S+) /);
const old = new RE2(
  /^([A-Z][a-z]{2}) +(\d{1,2})(?: (\d{4}))? (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?:? +([^\s:[\]]+) +(.*)$/s,
);
const dated = new RE2(
  /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) +([^\s:[\]]+) +(.*)$/s,
);
const tag = new RE2(/^([\w./-]{1,64})(?:\[(\d{1,10})\])?: ?(.*)$/s);

/** RFC 5424, RFC 3164, and what senders make of the latter (a year, an ISO time, no host). Never throws. */
export function readSyslog(text: string, zone: SyslogZone): SyslogMessage {
  const [mark, value] = priority.exec(text) ?? ['', ''];
  const number = Number(value);
  const severity =
    value !== '' && number < facilitiesMax * severities.length
      ? (severities[number % severities.length] ?? '')
      : '';
  const rest = text.slice(mark.length);
  return { ...readHead(rest, zone), severity };
}

type Head = Omit<SyslogMessage, 'severity'>;

function readHead(text: string, zone: SyslogZone): Head {
  const fields = modern.exec(text);
  if (fields !== null) return readModern(fields, text);
  const past = old.exec(text);
  if (past !== null) {
    const [, month, day, year, clock, fraction = '', host, rest] = past.map((part) =>
      part === undefined ? undefined : String(part),
    );
    const time = oldTime({ month, day, year, clock, fraction }, zone);
    return { time, host: host ?? '', structured: {}, ...withProgram(rest ?? '') };
  }
  const iso = dated.exec(text);
  if (iso === null) return { time: null, host: '', structured: {}, ...withProgram(text.trim()) };
  const time = isoTime(String(iso[1]), zone);
  return { time, host: String(iso[2]), structured: {}, ...withProgram(String(iso[3])) };
}

function readModern(fields: readonly unknown[], text: string): Head {
  const [head, time, host, program] = fields.map(String);
  const { structured, end } = readStructured(text, (head ?? '').length);
  const message = withoutMark(text.slice(end));
  return {
    time: nilToNull(time),
    host: nilToNull(host) ?? '',
    program: nilToNull(program) ?? '',
    structured,
    message,
  };
}

const withoutMark = (text: string): string => {
  const message = text.startsWith(' ') ? text.slice(1) : text;
  return (message.startsWith('\ufeff') ? message.slice(1) : message).trimEnd();
};

const nilToNull = (text: string | undefined): string | null =>
  text === undefined || text === '-' ? null : text;

function withProgram(text: string): { readonly program: string; readonly message: string } {
  const [, program, , message] = tag.exec(text.trimEnd()) ?? [];
  return program === undefined
    ? { program: '', message: text.trimEnd() }
    : { program: String(program), message: String(message) };
}

const elementsMax = 64;
const element = new RE2(/^\[([^\s=\]"]{1,64})((?: [^\s=\]"]{1,64}="(?:[^"\\\]]|\\.)*")*) ?\]/s);
const parameter = new RE2(/ ([^\s=\]"]{1,64})="((?:[^"\\\]]|\\.)*)"/gs);

const escaped = new RE2(/\\(["\\\]])/g);

/** `[id a="b"][…]` or `-`; what is malformed is left in the message. */
function readStructured(
  text: string,
  from: number,
): { readonly structured: JsonObject; readonly end: number } {
  const structured: { [key: string]: Json } = Object.create(null);
  let end = text[from] === '-' ? from + 1 : from;
  for (let count = 0; text[end] === '[' && count < elementsMax; count += 1) {
    const [whole, id, parameters] = element.exec(text.slice(end)) ?? [];
    if (whole === undefined || id === undefined) break;
    const values: { [key: string]: Json } = Object.create(null);
    for (const [, name, value] of everyMatch(parameter, String(parameters)))
      values[String(name)] = escaped.replace(String(value), '$1');
    structured[String(id)] = values;
    end += whole.length;
  }
  return { structured, end };
}

interface OldTime {
  readonly month: string | undefined;
  readonly day: string | undefined;
  readonly year: string | undefined;
  readonly clock: string | undefined;
  readonly fraction: string;
}

function oldTime(
  { month, day, year, clock = '', fraction }: OldTime,
  zone: SyslogZone,
): string | null {
  const written = { month: months.indexOf(month ?? '') + 1, day: Number(day), clock, fraction };
  if (written.month === 0) return null;
  return inNearestYear(written, zone, year === undefined ? undefined : [Number(year)]);
}

const zoned = new RE2(/(Z|[+-]\d\d:?\d\d)$/);

function isoTime(text: string, zone: SyslogZone): string {
  if (zoned.test(text)) return text;
  const base = Date.parse(`${text.replace(' ', 'T')}Z`);
  return new Date(base - zone.offsetMinutes * 60_000).toISOString();
}

/** The alert in a message: what readers know, or the message with what its head says of it. */
export function syslogEvent(text: string, zone: SyslogZone): JsonObject {
  const read = readSyslog(text, zone);
  const event = textEvent(
    { whole: text, message: read.message },
    {
      host: read.host,
      time: read.time ?? '',
      program: read.program,
      severity: read.severity,
    },
  );
  return Object.keys(read.structured).length === 0 || 'structured' in event
    ? event
    : { ...event, structured: read.structured };
}
