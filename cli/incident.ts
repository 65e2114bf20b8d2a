import { severityNames } from '../domain/finding.ts';
import type { IncidentAnswer, IncidentFileAnswer } from './answers.ts';
import type { Flags } from './flags.ts';
import { readFlags, usage } from './flags.ts';
import type { CliCommand, CliIo } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable, printableLines } from './printable.ts';
import type { Session } from './session.ts';
import { facts, table } from './table.ts';

export const incidentUsage = `sallyport incident list [--state open|new|…|closed] [--severity-min 0-6] [--assignee NAME] [--format F] [--limit N] [--cursor C]
sallyport incident show ID
sallyport incident new TITLE [--description TEXT] [--severity low|medium|high|…] [--host NAME] [--user NAME]
sallyport incident ack ID [--reason TEXT]
sallyport incident assign ID NAME|--nobody [--reason TEXT]
sallyport incident close ID --verdict true-positive|false-positive|benign|duplicate|resolved --reason TEXT
sallyport incident promote|dismiss ID --reason TEXT        a draft becomes an incident, or does not
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
  new: report,
  ack: (session, args, io) => change(session, { path: 'ack', flags: readFlags(args, { reason: 'text' }), fields: ['reason'] }, io),
  assign,
  close: (session, args, io) => change(session, { path: 'close', flags: readFlags(args, { reason: 'text', verdict: 'text' }), fields: ['verdict', 'reason'], needed: true }, io),
  promote: (session, args, io) => change(session, { path: 'promote', flags: readFlags(args, { reason: 'text' }), fields: ['reason'], needed: true }, io),
  dismiss: (session, args, io) => change(session, { path: 'dismiss', flags: readFlags(args, { reason: 'text' }), fields: ['reason'], needed: true }, io),
  note,
};

const queryNames = { state: 'state', 'severity-min': 'severityMin', assignee: 'assignee', format: 'format', limit: 'limit', cursor: 'cursor' } as const;

async function list(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, { state: 'text', 'severity-min': 'text', assignee: 'text', format: 'text', limit: 'text', cursor: 'text' });
  const query = new URLSearchParams(Object.fromEntries(Object.entries(queryNames).flatMap(([flag, field]) => (flags.text(flag) === undefined ? [] : [[field, flags.text(flag) ?? '']]))));
  const page = (await (await session.client('analyst')).call('GET', `/v1/incidents?${query}`)) as { incidents: readonly IncidentAnswer[]; next: string | null };
  if (flags.has('json')) printJson(io, page);
  else {
    io.stdout.write(
      table(page.incidents, [
        { title: '#', charsMax: 8, cell: (row) => String(row.number) },
        { title: 'state', charsMax: 10, cell: (row) => row.state },
        { title: 'severity', charsMax: 13, cell: severityOf },
        { title: 'prio', charsMax: 4, cell: (row) => row.priority ?? '-' },
        { title: 'count', charsMax: 9, cell: (row) => String(row.count) },
        { title: 'owner', charsMax: 16, cell: (row) => row.assignee ?? row.owner ?? '-' },
        { title: 'last seen', charsMax: 24, cell: (row) => row.lastSeen },
        { title: 'title', charsMax: 80, cell: (row) => row.title },
      ]),
    );
    if (page.next !== null) printLine(io.stderr, `older ones: --cursor ${page.next}`);
  }
  return exitCodes.done;
}

const severityOf = (incident: IncidentAnswer): string => severityNames[incident.severityId] ?? String(incident.severityId);

async function show(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {});
  const id = flags.word(0, 'the incident');
  const file = (await (await session.client('analyst')).call('GET', `/v1/incidents/${encodeURIComponent(id)}`)) as IncidentFileAnswer;
  if (flags.has('json')) printJson(io, file);
  else printFile(file, io);
  return exitCodes.done;
}

function printFile(file: IncidentFileAnswer, io: CliIo): void {
  const { incident, changed } = file;
  printLine(io.stdout, printable(`#${incident.number} ${incident.title}`));
  const pairs = [
    ['id', incident.id],
    ['state', `${incident.state} (${changed.by}: ${changed.reason}, ${changed.at})`],
    ['severity', `${severityOf(incident)}${incident.priority === null ? '' : `, ${incident.priority}`}`],
    ['seen', `${incident.count} times, ${incident.firstSeen} to ${incident.lastSeen}`],
    ['from', `${file.source} (${file.format})`],
    ['owner', incident.owner],
    ['assignee', incident.assignee],
    ['verdict', incident.verdict],
  ] as const;
  io.stdout.write(facts(pairs.map(([label, value]) => [label, value === null ? null : printable(value)])));
  for (const ticket of file.tickets) printLine(io.stdout, printable(`ticket  ${ticket.connection} ${ticket.externalId} ${ticket.state} ${ticket.url}`));
  for (const run of file.runs) printLine(io.stdout, printable(`run     ${run.playbook}@${run.version} ${run.status} ${run.outcome ?? ''} (${run.purpose}, asked for by ${run.requester})`));
  for (const gate of file.gates) printLine(io.stdout, printable(`gate    ${gate.id} ${gate.state} ${gate.step}, until ${gate.expiresAt}`));
  for (const effect of file.effects) printLine(io.stdout, printable(`effect  ${effect.state} ${effect.capability} on ${effect.connection} ${effect.target ?? ''} ${effect.detail}`));
  for (const item of file.notes) io.stdout.write(`note    ${item.at} ${printable(item.actor)}: ${printableLines(item.body)}\n`);
}

async function report(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, { description: 'text', severity: 'text', host: 'text', user: 'text' });
  const body = { title: flags.word(0, 'the title'), ...given(flags, ['description', 'severity', 'host', 'user']) };
  const answer = (await (await session.client('analyst')).call('POST', '/v1/incidents', body)) as { incidentId: string; receiptId: string };
  if (flags.has('json')) printJson(io, answer);
  else printLine(io.stdout, `${printable(answer.incidentId)} (receipt ${printable(answer.receiptId)})`);
  return exitCodes.done;
}

async function assign(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, { reason: 'text', nobody: 'switch' });
  const assignee = flags.has('nobody') ? null : flags.word(1, 'the name, or --nobody');
  return send(session, { id: flags.word(0, 'the incident'), path: 'assign', body: { assignee, ...given(flags, ['reason']) }, flags }, io);
}

interface Change {
  readonly path: string;
  readonly flags: Flags;
  readonly fields: readonly string[];
  readonly needed?: boolean;
}

function change(session: Session, { path, flags, fields, needed = false }: Change, io: CliIo): Promise<number> {
  const body = needed ? Object.fromEntries(fields.map((name) => [name, flags.need(name)])) : given(flags, fields);
  return send(session, { id: flags.word(0, 'the incident'), path, body, flags }, io);
}

async function note(session: Session, args: readonly string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, {});
  const path = `/v1/incidents/${encodeURIComponent(flags.word(0, 'the incident'))}/notes`;
  const answer = (await (await session.client('analyst')).call('POST', path, { body: flags.word(1, 'the text') })) as { id: string; body: string };
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

async function send(session: Session, { id, path, body, flags }: Sending, io: CliIo): Promise<number> {
  const incident = (await (await session.client('analyst')).call('POST', `/v1/incidents/${encodeURIComponent(id)}/${path}`, body)) as IncidentAnswer;
  if (flags.has('json')) printJson(io, incident);
  else printLine(io.stdout, printable(`#${incident.number} ${incident.state}${incident.assignee === null ? '' : `, ${incident.assignee}`}${incident.verdict === null ? '' : `, ${incident.verdict}`}`));
  return exitCodes.done;
}

function given(flags: Flags, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (flags.text(name) === undefined ? [] : [[name, flags.text(name) ?? '']])));
}
