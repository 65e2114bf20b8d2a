import type { ApiClient } from './client.ts';
import type { Flags } from './flags.ts';
import { exitCodes, printJson, type CliIo } from './io.ts';
import { table } from './table.ts';

interface SourceAnswer {
  readonly source: string;
  readonly heardAt: string | null;
  readonly silentSince: string | null;
  readonly canaryDoneAt: string | null;
  readonly canaryMs: number | null;
  readonly canaryMissedAt: string | null;
}

/** `sallyport intake sources`: whether the sources that are watched still speak, and how long alerts of theirs take. */
export async function listSources(
  api: Pick<ApiClient, 'call'>,
  flags: Flags,
  io: CliIo,
): Promise<number> {
  // Our own API answered; its shape is tested with it.
  const answer = (await api.call('GET', '/v1/sources')) as {
    readonly sources: readonly SourceAnswer[];
  };
  if (flags.has('json')) printJson(io, answer.sources);
  else if (answer.sources.length === 0)
    io.stdout.write('No source states a cadence or gets canaries.\n');
  else
    io.stdout.write(
      table(answer.sources, [
        { title: 'source', charsMax: 32, cell: (row) => row.source },
        { title: 'heard last', charsMax: 24, cell: (row) => row.heardAt ?? 'never' },
        {
          title: 'silent since',
          charsMax: 24,
          cell: (row) => row.silentSince ?? '-',
        },
        {
          title: 'last canary',
          charsMax: 34,
          cell: (row) =>
            row.canaryMissedAt === null
              ? row.canaryMs === null
                ? '-'
                : `${Math.round(row.canaryMs)} ms at ${row.canaryDoneAt ?? ''}`
              : `missed at ${row.canaryMissedAt}`,
        },
      ]),
    );
  return exitCodes.done;
}
