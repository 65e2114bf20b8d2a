import { severityNames } from '../domain/finding.ts';
import type { IncidentAnswer, IncidentFileAnswer } from './answers.ts';
import type { CliIo } from './io.ts';
import { printLine } from './io.ts';
import { printable, printableLines } from './printable.ts';
import { facts, table } from './table.ts';

export function incidentTable(incidents: readonly IncidentAnswer[]): string {
  return table(incidents, [
    { title: '#', charsMax: 8, cell: (row) => String(row.number) },
    { title: 'state', charsMax: 10, cell: (row) => row.state },
    { title: 'severity', charsMax: 13, cell: severityOf },
    { title: 'prio', charsMax: 4, cell: (row) => row.priority ?? '-' },
    { title: 'count', charsMax: 9, cell: (row) => String(row.count) },
    { title: 'owner', charsMax: 16, cell: (row) => row.assignee ?? row.owner ?? '-' },
    { title: 'last seen', charsMax: 24, cell: (row) => row.lastSeen },
    { title: 'title', charsMax: 80, cell: (row) => row.title },
  ]);
}

const severityOf = (incident: IncidentAnswer): string =>
  severityNames[incident.severityId] ?? String(incident.severityId);

export function printFile(file: IncidentFileAnswer, io: CliIo): void {
  const { incident, changed } = file;
  printLine(io.stdout, printable(`#${incident.number} ${incident.title}`));
  const pairs = [
    ['id', incident.id],
    ['state', `${incident.state} (${changed.by}: ${changed.reason}, ${changed.at})`],
    [
      'severity',
      `${severityOf(incident)}${incident.priority === null ? '' : `, ${incident.priority}`}`,
    ],
    ['seen', `${incident.count} times, ${incident.firstSeen} to ${incident.lastSeen}`],
    ['from', `${file.source} (${file.format})`],
    ['owner', incident.owner],
    ['assignee', incident.assignee],
    ['verdict', incident.verdict],
  ] as const;
  io.stdout.write(
    facts(pairs.map(([label, value]) => [label, value === null ? null : printable(value)])),
  );
  for (const ticket of file.tickets)
    printLine(
      io.stdout,
      printable(`ticket  ${ticket.connection} ${ticket.externalId} ${ticket.state} ${ticket.url}`),
    );
  for (const run of file.runs)
    printLine(
      io.stdout,
      printable(
        `run     ${run.playbook}@${run.version} ${run.status} ${run.outcome ?? ''} (${run.rehearsal ? 'rehearsal' : run.purpose}, asked for by ${run.requester})`,
      ),
    );
  for (const gate of file.gates)
    printLine(
      io.stdout,
      printable(`gate    ${gate.id} ${gate.state} ${gate.step}, until ${gate.expiresAt}`),
    );
  for (const effect of file.effects)
    printLine(
      io.stdout,
      printable(
        `effect  ${effect.state} ${effect.capability} on ${effect.connection} ${effect.target ?? ''} ${effect.detail}`,
      ),
    );
  for (const item of file.notes)
    io.stdout.write(`note    ${item.at} ${printable(item.actor)}: ${printableLines(item.body)}\n`);
}
