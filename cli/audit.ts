import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditPage } from '../audit/query.ts';
import { SallyportError } from '../domain/errors.ts';
import { readFlags, usage } from './flags.ts';
import type { Flags } from './flags.ts';
import type { CliCommand, CliIo } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable } from './printable.ts';

/** What the ledger's verbs need of the API's client: a call that answers JSON, and one that streams a file. */
export interface AuditApi {
  call(method: 'GET', path: string): Promise<unknown>;
  download(path: string): Promise<AsyncIterable<Uint8Array>>;
}

export const auditUsage = `sallyport audit query [--actor A] [--type T] [--outcome O] [--incident I] [--run R] [--subject S]
                      [--playbook NAME[@VERSION]] [--from TIME] [--to TIME] [--limit N] [--cursor C] [--json]
sallyport audit export [--incident I | --run R | --from TIME --to TIME] [--out FILE]
sallyport audit checkpoint [--json]`;

const filters = [
  'actor',
  'type',
  'outcome',
  'incident',
  'run',
  'subject',
  'playbook',
  'from',
  'to',
  'limit',
  'cursor',
];
const selections = ['incident', 'run', 'from', 'to'];

/** `sallyport audit query | export | checkpoint`, for auditors. */
export function createAuditCommand(api: AuditApi): CliCommand {
  return async (args, io) => {
    const [verb, ...rest] = args;
    if (verb === 'query') return query(api, rest, io);
    if (verb === 'export') return exportTo(api, rest, io);
    if (verb === 'checkpoint') return checkpoint(api, rest, io);
    return usage(auditUsage);
  };
}

async function query(api: AuditApi, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, kindsOf(filters));
  // Our own API answered; its shape is tested with it.
  const page = (await api.call('GET', `/v1/audit${search(flags, filters)}`)) as AuditPage;
  if (flags.has('json')) printJson(io, page);
  else {
    for (const entry of page.entries) printLine(io.stdout, entryLine(entry));
    if (page.next !== null) printLine(io.stderr, `older ones: --cursor ${page.next}`);
  }
  return exitCodes.done;
}

/** One entry on one line: place, time, type, outcome, who, what it is about. */
export function entryLine(entry: AuditPage['entries'][number]): string {
  const place = entry.seq === null ? '-' : `#${entry.seq}`;
  const about = [entry.incident, entry.subject].filter((part) => part !== null).join(' ');
  return printable(
    `${place.padStart(8)} ${entry.time} ${entry.type.padEnd(17)} ${entry.outcome.padEnd(8)} ${entry.actor.kind}:${entry.actor.id} ${about}`,
  );
}

async function exportTo(api: AuditApi, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, kindsOf([...selections, 'out']));
  const out = flags.text('out');
  const chunks = await api.download(`/v1/audit/export${search(flags, selections)}`);
  if (out === undefined) {
    for await (const chunk of chunks) io.stdout.write(Buffer.from(chunk).toString('utf8'));
    return exitCodes.done;
  }
  const path = resolve(io.workingDir, out);
  // `wx`: an export that somebody kept is never overwritten.
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await pipeline(Readable.from(chunks), file).catch((error: unknown) => {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (there) throw new SallyportError('CONFLICT', `${path} exists already`, { cause: error });
    throw error;
  });
  printLine(io.stderr, `written to ${path}; check it with: sallyport verify ${path} --key KEY`);
  return exitCodes.done;
}

async function checkpoint(api: AuditApi, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {});
  const answer = (await api.call('GET', '/v1/audit/checkpoint')) as {
    checkpoint: string;
    verifierKey: string;
  };
  if (flags.has('json')) printJson(io, answer);
  else {
    io.stdout.write(answer.checkpoint);
    printLine(io.stderr, `key: ${printable(answer.verifierKey)}`);
  }
  return exitCodes.done;
}

const kindsOf = (names: readonly string[]): Record<string, 'text'> =>
  Object.fromEntries(names.map((name) => [name, 'text' as const]));

function search(flags: Flags, names: readonly string[]): string {
  const given = names.flatMap((name) => {
    const value = flags.text(name);
    return value === undefined ? [] : [[name, value] as [string, string]];
  });
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
