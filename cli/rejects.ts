import type { ApiClient } from './client.ts';
import type { Flags } from './flags.ts';
import { exitCodes, printJson, printLine, type CliIo } from './io.ts';
import { printable, printableLines } from './printable.ts';
import { table, type Column } from './table.ts';

interface Reject {
  readonly id: string;
  readonly at: string;
  readonly source: string;
  readonly reason: string;
  readonly sender: string;
  readonly detail: string;
  readonly head: string;
}

const columns: readonly Column<Reject>[] = [
  { title: 'id', charsMax: 32, cell: (row) => row.id },
  { title: 'time', charsMax: 24, cell: (row) => row.at },
  { title: 'source', charsMax: 24, cell: (row) => row.source },
  { title: 'reason', charsMax: 24, cell: (row) => row.reason },
  { title: 'sender', charsMax: 40, cell: (row) => row.sender },
  { title: 'detail', charsMax: 60, cell: (row) => row.detail },
  { title: 'head', charsMax: 60, cell: (row) => row.head },
];

/** `sallyport intake rejects [ID]`: what was refused, or all that is kept of one, redacted. */
export async function showRejects(
  api: Pick<ApiClient, 'call'>,
  flags: Flags,
  io: CliIo,
): Promise<number> {
  const id = flags.words[1];
  if (id !== undefined) return showOne(api, id, { flags, io });
  const limit = flags.text('limit');
  // Our own API answered; its shape is tested with it.
  const answer = (await api.call(
    'GET',
    `/v1/rejects${limit === undefined ? '' : `?limit=${encodeURIComponent(limit)}`}`,
  )) as { readonly rejects: readonly Reject[] };
  if (flags.has('json')) printJson(io, answer.rejects);
  else
    io.stdout.write(
      answer.rejects.length === 0 ? 'Nothing was rejected.\n' : table(answer.rejects, columns),
    );
  return exitCodes.done;
}

async function showOne(
  api: Pick<ApiClient, 'call'>,
  id: string,
  { flags, io }: { readonly flags: Flags; readonly io: CliIo },
): Promise<number> {
  const path = `/v1/rejects/${encodeURIComponent(id)}`;
  const found = (await api.call('GET', path)) as Reject; // our own API answered
  if (flags.has('json')) {
    printJson(io, found);
    return exitCodes.done;
  }
  const { head, ...about } = found;
  for (const [name, value] of Object.entries(about))
    printLine(io.stdout, `${name.padEnd(12)} ${printable(String(value))}`);
  printLine(io.stdout, '');
  printLine(io.stdout, printableLines(head));
  return exitCodes.done;
}
