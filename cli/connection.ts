import { resolve } from 'node:path';
import type { CheckedConnection } from '../server/check-connections.ts';
import { checkConnections } from '../server/check-connections.ts';
import { readFlags } from './flags.ts';
import { exitCodes, printJson, printLine, type CliIo } from './io.ts';
import { printable } from './printable.ts';

export const connectionUsage = `sallyport connection check [NAME…] [--config FILE] [--data DIR] [--json]

Tests reach and credential of the connections and changes nothing there. Exit 1 if one cannot be reached, if its
credential is refused, or if a credential can write although policy grants the connection lookups only.`;

/** `sallyport connection check`: needs no running engine. */
export async function connectionCommand(args: string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, { config: 'text', data: 'text' });
  const [verb, ...names] = flags.words;
  if (verb !== 'check') {
    io.stderr.write(`${connectionUsage}\n`);
    return exitCodes.usage;
  }
  const pathOf = (text: string | undefined): string | null =>
    text === undefined ? null : resolve(io.workingDir, text);
  const checked = await checkConnections({
    configPath: pathOf(flags.text('config')),
    dataDir: pathOf(flags.text('data')),
    names,
    signal: new AbortController().signal,
  });
  if (flags.has('json')) printJson(io, checked);
  else for (const connection of checked) report(connection, io);
  return checked.some(isWrong) ? exitCodes.refused : exitCodes.done;
}

function isWrong({ reach, credential, tooPowerful }: CheckedConnection): boolean {
  return reach === 'failed' || credential === 'refused' || tooPowerful;
}

function report(connection: CheckedConnection, io: CliIo): void {
  const { name, connector, reach, credential, canWrite, tooPowerful, notes } = connection;
  const mark = isWrong(connection) ? '!' : ' ';
  printLine(
    io.stdout,
    printable(
      `${mark} ${name} (${connector}): reach ${reach}, credential ${credential}, can write: ${canWrite}`,
    ),
  );
  for (const note of notes) printLine(io.stdout, printable(`    ${note}`));
  if (tooPowerful)
    printLine(
      io.stdout,
      '    the credential can write, but policy grants lookups only: use a weaker one',
    );
}
