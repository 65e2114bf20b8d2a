import { buffer } from 'node:stream/consumers';
import { createIntakeCommand } from '../../cli/intake.ts';
import { systemClock } from '../../platform/clock.ts';

// `sallyport intake try --jsonl` without the launcher, for the corpus test.
const notHere = (): Promise<never> => Promise.reject(new Error('this verb is offline'));
process.exitCode = await createIntakeCommand(notHere)(process.argv.slice(2), {
  stdout: { write: (text) => void process.stdout.write(text), isTerminal: false },
  stderr: { write: (text) => void process.stderr.write(text), isTerminal: false },
  stdin: { read: () => buffer(process.stdin), isTerminal: false },
  clock: systemClock,
  workingDir: process.cwd(),
});
