import type { IncidentAnswer, IncidentFileAnswer } from './answers.ts';
import type { Flags } from './flags.ts';
import { readFlags, usage } from './flags.ts';
import { incidentTable, printFile } from './incident-view.ts';
import type { CliCommand, CliIo } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable, printableLines } from './printable.ts';
import { exportFindings } from './incident-export.ts';
import type { Session } from './session.ts';

export const incidentUsage = `sallyport incident list [--state open|new|…|closed] [--severity-min 0-6] [--assignee NAME] [--format F] [--storm N] [--limit N] [--cursor C]
sallyport incident show ID
sallyport incident export ID            its findings as OCSF, a line each
sallyport incident new TITLE [--description TEXT] [--severity low|medium|high|…] [--host NAME] [--user NAME]
sallyport incident ack ID [--reason TEXT]
sallyport incident assign ID NAME|--nobody [--reason TEXT]
sallyport incident close ID --verdict true-positive|false-positive|benign|duplicate|resolved --reason TEXT
sallyport incident promote|dismiss ID --reason TEXT        a draft becomes an incident, or does not
sallyport incident merge ID --into ID --reason TEXT        a draft becomes part of another incident
sallyport incident note ID TEXT
ID is inc_… or the number, with or without #.`;

type Errand = (session: Session, args: readonly string[], io: CliIo) => Promise<number>;

/** `sallyport incident …`: what people do with incidents. */
export function createIncidentCommand(session: Session): CliCommand {
  return async ([verb = '', ...args], io) => {
    const errand = Object.hasOwn(errands, verb) ? errands[verb] : undefined;
    return errand === undefined ? usage(incidentUsage) : errand(session, args, io);
  };
}

const errands: Readonly<Record<string, Errand>> = {
  list,
  show,
  export: exportFindings,
  new: report,
  ack: (session, args, io) =>
    change(
      session,
      { path: 'ack', flags: readFlags(args, { reason: 'text' }), fields: ['reason'] },
      io,
    ),
  assign,
  close: (session, args, io) =>
    change(
      session,
      {
        path: 'close',
        flags: readFlags(args, { reason: 'text', verdict: 'text' }),
        fields: ['verdict', 'reason'],
        needed: true,
      },
      io,
    ),
  promote: (session, args, io) =>
    change(
      session,
      {
        path: 'promote',
        flags: readFlags(args, { reason: 'text' }),
        fields: ['reason'],
        needed: true,
      },
      io,
    ),
  dismiss: (session, args, io) =>
    change(
      session,
      {
        path: 'dismiss',
        flags: readFlags(args, { reason: 'text' }),
        fields: ['reason'],
        needed: true,
      },
      io,
    ),
  merge: (session, args, io) =>
    change(
      session,
      {
        path: 'merge',
        flags: readFlags(args, { into: 'text', reason: 'text' }),
        fields: ['into', 'reason'],
        needed: true,
      },
      io,
    ),
  note,
};

const queryNames = {
  state: 'state',
  'severity-min': 'severityMin',
  assignee: 'assignee',
  format: 'format',
  limit: 'limit',
  storm: 'storm',
  cursor: 'cursor',
} as const;

async function list(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {
    state: 'text',
    'severity-min': 'text',
    assignee: 'text',
    format: 'text',
    storm: 'text',
    limit: 'text',
    cursor: 'text',
  });
  const query = new URLSearchParams(
    Object.fromEntries(
      Object.entries(queryNames).flatMap(([flag, field]) =>
        flags.text(flag) === undefined ? [] : [[field, flags.text(flag) ?? '']],
      ),
    ),
  );
  const page = (await (await session.client('analyst')).call('GET', `/v1/incidents?${query}`)) as {
    incidents: readonly IncidentAnswer[];
    next: string | null;
  };
  if (flags.has('json')) printJson(io, page);
  else {
    io.stdout.write(incidentTable(page.incidents));
    if (page.next !== null) printLine(io.stderr, `older ones: --cursor ${page.next}`);
  }
  return exitCodes.done;
}

async function show(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {});
  const id = flags.word(0, 'the incident');
  const file = (await (
    await session.client('analyst')
  ).call('GET', `/v1/incidents/${encodeURIComponent(id)}`)) as IncidentFileAnswer;
  if (flags.has('json')) printJson(io, file);
  else printFile(file, io);
  return exitCodes.done;
}

async function report(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {
    description: 'text',
    severity: 'text',
    host: 'text',
    user: 'text',
  });
  const body = {
    title: flags.word(0, 'the title'),
    ...given(flags, ['description', 'severity', 'host', 'user']),
  };
  const answer = (await (await session.client('analyst')).call('POST', '/v1/incidents', body)) as {
    incidentId: string;
    receiptId: string;
  };
  if (flags.has('json')) printJson(io, answer);
  else
    printLine(
      io.stdout,
      `${printable(answer.incidentId)} (receipt ${printable(answer.receiptId)})`,
    );
  return exitCodes.done;
}

async function assign(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, { reason: 'text', nobody: 'switch' });
  const assignee = flags.has('nobody') ? null : flags.word(1, 'the name, or --nobody');
  return send(
    session,
    {
      id: flags.word(0, 'the incident'),
      path: 'assign',
      body: { assignee, ...given(flags, ['reason']) },
      flags,
    },
    io,
  );
}

interface Change {
  readonly path: string;
  readonly flags: Flags;
  readonly fields: readonly string[];
  readonly needed?: boolean;
}

function change(
  session: Session,
  { path, flags, fields, needed = false }: Change,
  io: CliIo,
): Promise<number> {
  const body = needed
    ? Object.fromEntries(fields.map((name) => [name, flags.need(name)]))
    : given(flags, fields);
  return send(session, { id: flags.word(0, 'the incident'), path, body, flags }, io);
}

async function note(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {});
  const path = `/v1/incidents/${encodeURIComponent(flags.word(0, 'the incident'))}/notes`;
  const answer = (await (
    await session.client('analyst')
  ).call('POST', path, { body: flags.word(1, 'the text') })) as { id: string; body: string };
  if (flags.has('json')) printJson(io, answer);
  else printLine(io.stdout, `noted: ${printableLines(answer.body)}`);
  return exitCodes.done;
}

interface Sending {
  readonly id: string;
  readonly path: string;
  readonly body: object;
  readonly flags: Flags;
}

async function send(
  session: Session,
  { id, path, body, flags }: Sending,
  io: CliIo,
): Promise<number> {
  const incident = (await (
    await session.client('analyst')
  ).call('POST', `/v1/incidents/${encodeURIComponent(id)}/${path}`, body)) as IncidentAnswer;
  if (flags.has('json')) printJson(io, incident);
  else
    printLine(
      io.stdout,
      printable(
        `#${incident.number} ${incident.state}${incident.assignee === null ? '' : `, ${incident.assignee}`}${incident.verdict === null ? '' : `, ${incident.verdict}`}`,
      ),
    );
  return exitCodes.done;
}

function given(flags: Flags, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) =>
      flags.text(name) === undefined ? [] : [[name, flags.text(name) ?? '']],
    ),
  );
}
