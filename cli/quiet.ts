import { readFlags, usage, type Flags } from './flags.ts';
import { exitCodes, printJson, printLine, type CliCommand, type CliIo } from './io.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';
import { table } from './table.ts';

export const quietUsage = `sallyport quiet list [--all] [--json]
sallyport quiet preview --when CEL [--floor SEVERITY] [--days N] [--json]
sallyport quiet add suppression|maintenance --when CEL --owner TEAM --reason TEXT --until TIME [--from TIME]
                [--change REF] [--floor SEVERITY] [--days mon,tue… --at HH:MM --for 2h] [--json]
sallyport quiet end ID --reason TEXT
sallyport quiet report ID [--json]

What matches is hidden from triage until the end, but for severities from the floor on (critical where none is named).
Maintenance: what still goes on at the end is triaged then. --days, --at, --for: only in these turns, in UTC.
preview: what it would have hidden in the last 7 days. report: what it hid; ID as list shows it, or suppression/NAME of the policy.
`;

type Verb = (session: Session, flags: Flags, io: CliIo) => Promise<number>;

export function createQuietCommand(session: Session): CliCommand {
  return async (args, io) => {
    const [verb = '', ...rest] = args;
    const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (run === undefined) {
      io.stderr.write(quietUsage);
      return exitCodes.usage;
    }
    return run(session, readFlags(rest, kinds), io);
  };
}

const kinds = {
  all: 'switch',
  when: 'text',
  owner: 'text',
  reason: 'text',
  from: 'text',
  until: 'text',
  change: 'text',
  floor: 'text',
  days: 'text',
  at: 'text',
  for: 'text',
} as const;

interface WindowAnswer {
  readonly id: string;
  readonly when: string;
  readonly owner: string;
  readonly reason: string;
  readonly change: string;
  readonly from: string;
  readonly until: string;
  readonly endedAt: string | null;
  readonly hidden: number;
}

const list: Verb = async (session, flags, io) => {
  const client = await session.client('analyst');
  const answer = (await client.call('GET', `/v1/quiet?all=${String(flags.has('all'))}`)) as {
    readonly windows: readonly WindowAnswer[];
  };
  if (flags.has('json')) printJson(io, answer);
  else if (answer.windows.length === 0) printLine(io.stdout, 'nothing is hidden');
  else
    io.stdout.write(
      table(answer.windows, [
        { title: 'id', charsMax: 48, cell: (row) => row.id },
        { title: 'until', charsMax: 24, cell: (row) => row.endedAt ?? row.until },
        { title: 'owner', charsMax: 16, cell: (row) => row.owner },
        { title: 'hidden', charsMax: 8, cell: (row) => String(row.hidden) },
        { title: 'reason', charsMax: 50, cell: (row) => `${row.reason} ${row.change}` },
        { title: 'when', charsMax: 80, cell: (row) => row.when },
      ]),
    );
  return exitCodes.done;
};

interface PreviewAnswer {
  readonly examined: number;
  readonly complete: boolean;
  readonly hidden: { readonly incidents: number; readonly alerts: number };
  readonly breaksThrough: { readonly incidents: number; readonly alerts: number };
  readonly failed: number;
  readonly samples: readonly {
    number: number;
    severityId: number;
    title: string;
    hidden: boolean;
  }[];
}

const preview: Verb = async (session, flags, io) => {
  const client = await session.client('analyst');
  const query = new URLSearchParams({
    when: flags.need('when'),
    ...given(flags, ['floor', 'days']),
  });
  const found = (await client.call(
    'GET',
    `/v1/quiet/preview?${query.toString()}`,
  )) as PreviewAnswer;
  if (flags.has('json')) {
    printJson(io, found);
    return exitCodes.done;
  }
  const { hidden, breaksThrough } = found;
  printLine(
    io.stdout,
    `of ${found.examined} incidents${found.complete ? '' : ' (the newest; there are more)'} it would have hidden ${hidden.incidents} with ${hidden.alerts} alerts; ${breaksThrough.incidents} break through`,
  );
  if (found.failed > 0) printLine(io.stdout, `on ${found.failed} the condition fails: not hidden`);
  for (const { number, title, hidden: isHidden, severityId } of found.samples)
    printLine(
      io.stdout,
      printable(`  #${number} severity ${severityId} ${isHidden ? 'hidden' : 'shown '} ${title}`),
    );
  return exitCodes.done;
};

const add: Verb = async (session, flags, io) => {
  const kind = flags.word(0, 'suppression or maintenance');
  const days = flags.text('days');
  const repeat =
    days === undefined
      ? {}
      : { repeat: { days: days.split(','), at: flags.need('at'), for: flags.need('for') } };
  if (days === undefined && (flags.text('at') ?? flags.text('for')) !== undefined)
    usage('--days is missing');
  const client = await session.client('analyst');
  const window = (await client.call('POST', '/v1/quiet', {
    kind,
    when: flags.need('when'),
    owner: flags.need('owner'),
    reason: flags.need('reason'),
    until: flags.need('until'),
    ...given(flags, ['from', 'change', 'floor']),
    ...repeat,
  })) as WindowAnswer;
  if (flags.has('json')) printJson(io, window);
  else printLine(io.stdout, printable(`${window.id} until ${window.until}`));
  return exitCodes.done;
};

const end: Verb = async (session, flags, io) => {
  const id = flags.word(0, 'the window');
  const client = await session.client('analyst');
  const answer = await client.call('POST', `${pathOf(id)}/end`, { reason: flags.need('reason') });
  if (flags.has('json')) printJson(io, answer);
  else printLine(io.stdout, printable(`${id} is over`));
  return exitCodes.done;
};

interface ReportAnswer {
  readonly incidents: number;
  readonly findings: number;
  readonly hits: readonly {
    readonly number: number;
    readonly title: string;
    readonly state: string;
    readonly severityId: number;
    readonly findings: number;
    readonly lastAt: string;
  }[];
}

const report: Verb = async (session, flags, io) => {
  const client = await session.client('analyst');
  const path = `${pathOf(flags.word(0, 'the window'))}/report`;
  const found = (await client.call('GET', path)) as ReportAnswer;
  if (flags.has('json')) {
    printJson(io, found);
    return exitCodes.done;
  }
  printLine(io.stdout, `hid ${found.incidents} incidents with ${found.findings} alerts`);
  if (found.hits.length > 0)
    io.stdout.write(
      table(found.hits, [
        { title: '#', charsMax: 8, cell: (row) => String(row.number) },
        { title: 'severity', charsMax: 8, cell: (row) => String(row.severityId) },
        { title: 'state', charsMax: 10, cell: (row) => row.state },
        { title: 'alerts', charsMax: 9, cell: (row) => String(row.findings) },
        { title: 'last hidden', charsMax: 24, cell: (row) => row.lastAt },
        { title: 'title', charsMax: 80, cell: (row) => row.title },
      ]),
    );
  return exitCodes.done;
};

const verbs: Readonly<Record<string, Verb>> = { list, preview, add, end, report };

function pathOf(id: string): string {
  return `/v1/quiet/${id.split('/').map(encodeURIComponent).join('/')}`;
}

function given(flags: Flags, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = flags.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
