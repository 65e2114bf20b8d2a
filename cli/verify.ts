import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { verifyLog } from '../audit/verify.ts';
import type { VerifyReport } from '../audit/verify.ts';
import { SallyportError } from '../domain/errors.ts';
import { readFlags, usage } from './flags.ts';
import type { CliIo } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable } from './printable.ts';

export const verifyUsage = `sallyport verify <log directory | export file> --key KEY [--key KEY …] [--origin NAME] [--kept CHECKPOINT …] [--json]

Checks offline that nothing was changed, dropped, moved or cut, and that every gated action had its decision.
KEY is the log's verifier key (name+hash+base64), or a file that holds it. CHECKPOINT is a file with a checkpoint
that you kept from an earlier visit: the log must have grown from it.`;

const keyCharsMax = 4_096;

/** `sallyport verify`: 0 where everything is right, 1 with the first wrong entry named. Needs no engine and no network. */
export async function verifyCommand(args: string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, { key: 'texts', origin: 'text', kept: 'texts' });
  const path = resolve(io.workingDir, flags.word(0, 'the log directory or export file'));
  const given = flags.texts('key');
  if (given.length === 0) usage('--key is missing');
  const publicKeys = await Promise.all(given.map((key) => keyText(key, io.workingDir)));
  const kept = await Promise.all(
    flags.texts('kept').map((file) => readText(resolve(io.workingDir, file))),
  );
  const origin = flags.text('origin');
  const report = await verifyLog(path, {
    publicKeys,
    kept,
    ...(origin === undefined ? {} : { origin }),
  });
  if (flags.has('json')) printJson(io, report);
  else printReport(report, io);
  return report.ok ? exitCodes.done : exitCodes.refused;
}

function printReport(report: VerifyReport, io: CliIo): void {
  const { head, problems, notes } = report;
  for (const note of notes) printLine(io.stderr, `note: ${printable(note)}`);
  if (head !== null)
    printLine(
      io.stdout,
      `${printable(head.origin)}: ${report.entries} of ${head.size} entries read, root ${head.root}`,
    );
  const [first, ...others] = problems;
  if (first === undefined)
    return printLine(
      io.stdout,
      'OK: signed, complete and unchanged; every gated action had its decision',
    );
  const where = first.index === null ? '' : `entry ${first.index}: `;
  printLine(io.stdout, `WRONG: ${where}${first.kind}: ${printable(first.detail)}`);
  for (const problem of others.slice(0, 20))
    printLine(
      io.stdout,
      `  also ${problem.index === null ? '' : `entry ${problem.index}: `}${problem.kind}: ${printable(problem.detail)}`,
    );
  if (others.length > 20) printLine(io.stdout, `  and ${others.length - 20} more`);
}

async function keyText(key: string, workingDir: string): Promise<string> {
  return /^[^\s+]+\+[0-9a-f]{8}\+/u.test(key)
    ? key
    : (await readText(resolve(workingDir, key))).trim();
}

async function readText(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) throw new SallyportError('NOT_FOUND', `cannot read ${path}`);
  return text.slice(0, keyCharsMax);
}
