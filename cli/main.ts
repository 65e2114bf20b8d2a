import { systemClock } from '../platform/clock.ts';
import { SallyportError } from '../domain/errors.ts';
import { dispatch } from './dispatch.ts';
import type { CliIo } from './io.ts';

/** The `sallyport` command: gives verbs the process, and the process their exit code. */
const io: CliIo = {
  stdout: {
    write: (text) => void process.stdout.write(text),
    isTerminal: process.stdout.isTTY === true,
  },
  stderr: {
    write: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  },
  stdin: {
    read: readStdin,
    chunks: () => process.stdin,
    isTerminal: process.stdin.isTTY === true,
  },
  clock: systemClock,
  workingDir: process.cwd(),
};

// A reader that went away (`| head`) is no error worth a stack trace.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : 1),
  );
}

process.exitCode = await dispatch(process.argv.slice(2), io);

async function readStdin(bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > bytesMax)
      throw new SallyportError(
        'BODY_TOO_LARGE',
        `standard input holds more than ${bytesMax} bytes`,
      );
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}
