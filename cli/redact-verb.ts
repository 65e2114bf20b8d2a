import { randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { createRedactor } from '../redaction/redact.ts';
import type { CliCommand, CliIo, TextSink } from './io.ts';
import { redactCommand } from './redact.ts';

export const redactUsage =
  'sallyport redact [FILE] [--jsonl] [--explain] [--check] [--check-rules]\nWorks offline, on input of any size. FILE or standard input: text, JSON, or lines of JSON; what is JSON stays JSON.\n--jsonl: lines {"id","text"} in, lines {"id","text"} out. --explain: what went, where and by which rule, on standard error, never the\nvalue. --check: prints nothing, exit status 1 where something would go. --check-rules: tries each rule on its own examples.\nTokens correlate within one call only and cannot be turned back.';

const inputBytesMax = 64 * 1024 * 1024;

export const redactVerb: CliCommand = (args, io) => {
  const redactor = createRedactor({
    tokenKeys: { current: 'once', keys: { once: randomBytes(32) } },
  });
  return redactCommand(args, {
    stdin: Readable.from(input(io)),
    stdout: sink(io.stdout),
    stderr: sink(io.stderr),
    redactor,
  });
};

async function* input(io: CliIo): AsyncGenerator<Uint8Array> {
  if (io.stdin.chunks === undefined) yield await io.stdin.read(inputBytesMax);
  else yield* io.stdin.chunks();
}

function sink(to: TextSink): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      to.write(chunk.toString());
      done();
    },
  });
}
