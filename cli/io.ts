import type { Clock } from '../platform/clock.ts';

/**
 * What a verb may touch of the process it runs in. Verbs never read `process` themselves: tests pass a terminal of
 * their own, and the environment is read by `platform/config.ts` only.
 */
export interface CliIo {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: ByteSource;
  readonly clock: Clock;
  /** Relative paths that a person typed are resolved against it. */
  readonly workingDir: string;
}

export interface TextSink {
  /** Adds nothing: callers end their lines. Text from outside goes through `printable` first. */
  write(text: string): void;
  readonly isTerminal: boolean;
}

export interface ByteSource {
  /** Reads to the end; more than `bytesMax` is `BODY_TOO_LARGE`. */
  read(bytesMax: number): Promise<Buffer>;
  /** As it comes, for what need not be held as a whole; absent where there is nothing but the whole. */
  chunks?(): AsyncIterable<Uint8Array>;
  readonly isTerminal: boolean;
}

/** Every verb's module exports one of these; it answers with an exit code of `exitCodes`. */
export type CliCommand = (args: string[], io: CliIo) => Promise<number>;

/** Exit codes are an interface: scripts branch on them. */
export const exitCodes = {
  done: 0,
  /** The verb worked and the answer is no: a check found problems, a verification failed, a vote was refused. */
  refused: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The engine cannot be reached or answered with trouble of its own. */
  unavailable: 3,
  /** No such thing, or nobody may see it with this token. */
  denied: 4,
} as const;

export function printLine(sink: TextSink, text: string): void {
  sink.write(`${text}\n`);
}

/** Machine-readable output: one JSON document and a line end. */
export function printJson(io: CliIo, value: unknown): void {
  io.stdout.write(`${escapeBidi(JSON.stringify(value, null, 2))}\n`);
}

/** JSON leaves U+0080 to U+009F and bidi controls as they are; inside strings an escape means the same. */
function escapeBidi(json: string): string {
  return json.replace(foreign, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const foreign = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
