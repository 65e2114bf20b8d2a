import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import type { Logger as PinoLogger } from 'pino';
import type { Json } from '../domain/json.ts';

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>;

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Null: standard error. */
  readonly file: string | null;
  readonly process: string;
  /** Last thing before a line is written. Must neither throw nor let an original through. */
  readonly redactText: (text: string) => string;
}

/** Kept while nothing can be written, and written when that is over; what comes beyond is dropped. */
const unwrittenCharsMax = 262_144;

/** JSON lines. Whatever a caller passes is redacted and bounded; control and bidi characters are escaped. */
export function createLogger(options: LoggerOptions): Logger {
  if (options.file !== null) mkdirSync(dirname(options.file), { recursive: true });
  const destination = pino.destination({
    dest: options.file ?? 2,
    sync: true,
    mode: 0o600,
    maxLength: unwrittenCharsMax,
  });
  // A line that cannot be written (the disk is full) is lost; whoever logs goes on.
  destination.on('error', () => undefined);
  const clean = (value: unknown): Json => plainOf(value, options.redactText, 0);
  return pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          Object.fromEntries(
            Object.entries(fields).map(([key, value]) => [options.redactText(key), clean(value)]),
          ),
      },
      serializers: {
        err: (error: unknown) => clean(error),
        error: (error: unknown) => clean(error),
      },
      hooks: {
        logMethod(args, method) {
          const [first, second] = args as unknown as readonly [unknown, unknown];
          // pino calls with a text, or with an object and a text; format arguments are not used.
          if (typeof first === 'string')
            return Reflect.apply(method, this, [options.redactText(first)]);
          return Reflect.apply(method, this, [
            first,
            typeof second === 'string' ? options.redactText(second) : undefined,
          ]);
        },
        streamWrite: escapeForeign,
      },
    },
    destination,
  );
}

const depthMax = 6;
const itemsMax = 50;
const textCharsMax = 2_000;

/** Plain, bounded and redacted. An error becomes its name, code and message; of causes only the name and code. */
function plainOf(value: unknown, redactText: (text: string) => string, depth: number): Json {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return redactText(value.slice(0, textCharsMax));
  if (value instanceof Error) return errorFacts(value, redactText);
  if (depth >= depthMax || typeof value !== 'object' || value === undefined)
    return value === undefined ? null : String(typeof value);
  if (Array.isArray(value))
    return value.slice(0, itemsMax).map((item) => plainOf(item, redactText, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return plainOf(value.toJSON(), redactText, depth + 1);
  const fields = Object.entries(value).slice(0, itemsMax);
  return Object.fromEntries(
    fields.map(([key, inner]) => [redactText(key), plainOf(inner, redactText, depth + 1)]),
  );
}

function errorFacts(error: Error, redactText: (text: string) => string): Json {
  const code = codeOf(error);
  const cause =
    error.cause instanceof Error ? { name: error.cause.name, code: codeOf(error.cause) } : null;
  const stack = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return {
    name: error.name,
    code,
    message: redactText(error.message.slice(0, textCharsMax)),
    cause,
    stack: redactText(stack.join(' | ')),
  };
}

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

const foreign = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** JSON escapes C0 itself; C1 and bidi controls could still rewrite a terminal. Inside strings an escape means the same. */
function escapeForeign(line: string): string {
  return line.replace(foreign, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
