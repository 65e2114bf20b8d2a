import type { IncidentHistory } from '../audit/history.ts';
import type { AuditApi } from './audit.ts';
import { readFlags } from './flags.ts';
import type { CliCommand, CliIo } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable, printableHead } from './printable.ts';

export const historyUsage = 'sallyport history <incident> [--json]';

const leftChars = 62;
const rightChars = 78;

/** `sallyport history`: the ledger on the left, Temporal's events on the right, by time. */
export function createHistoryCommand(api: Pick<AuditApi, 'call'>): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, {});
    const incident = flags.word(0, 'the incident');
    // Our own API answered; its shape is tested with it.
    const history = (await api.call(
      'GET',
      `/v1/incidents/${encodeURIComponent(incident)}/history`,
    )) as IncidentHistory;
    if (flags.has('json')) printJson(io, history);
    else printHistory(history, io);
    return exitCodes.done;
  };
}

interface Line {
  readonly time: string;
  readonly left: string;
  readonly right: string;
}

function printHistory(history: IncidentHistory, io: CliIo): void {
  const { incident, runs, gaps } = history;
  printLine(
    io.stdout,
    printable(`#${incident.number} ${incident.id} ${incident.state}: ${incident.title}`),
  );
  for (const run of runs)
    printLine(io.stdout, printable(`  ${run.key} ${run.playbook}@${run.version} ${run.status}`));
  printLine(io.stdout, '');
  printLine(io.stdout, `${'time'.padEnd(24)} ${'ledger'.padEnd(leftChars)} | Temporal`);
  const lines = [...ledgerLines(history), ...eventLines(history)].sort((a, b) =>
    a.time < b.time ? -1 : a.time > b.time ? 1 : 0,
  );
  for (const line of lines)
    printLine(
      io.stdout,
      `${line.time} ${printableHead(line.left, leftChars).padEnd(leftChars)} | ${printableHead(line.right, rightChars)}`.trimEnd(),
    );
  for (const gap of gaps) printLine(io.stderr, `missing: ${printable(gap)}`);
}

function ledgerLines(history: IncidentHistory): Line[] {
  return history.ledger.map((entry) => {
    const place = entry.seq === null ? '-' : `#${entry.seq}`;
    return {
      time: entry.time,
      left: `${place} ${entry.type} ${entry.outcome} ${entry.actor.kind}:${entry.actor.id} ${detailOf(entry.data)}`,
      right: '',
    };
  });
}

/** Workflow tasks are Temporal's own bookkeeping: they are in the JSON, not in the text. */
function eventLines(history: IncidentHistory): Line[] {
  return history.executions.flatMap(({ workflowId, source, events }) =>
    events
      .filter((event) => !event.type.startsWith('WorkflowTask'))
      .map((event) => {
        const id = `${workflowId.slice(0, 24)}${source === 'export' ? ' (export)' : ''}`;
        const values = Object.values(event.values).flat();
        const what =
          values.length === 0 ? '' : JSON.stringify(values.length === 1 ? values[0] : values);
        return {
          time: event.time,
          left: '',
          right: `${id} ${event.id} ${event.type} ${event.name ?? ''} ${what ?? ''}`,
        };
      }),
  );
}

function detailOf(data: IncidentHistory['ledger'][number]['data']): string {
  const words = [
    'rule',
    'step',
    'capability',
    'connection',
    'state',
    'to',
    'why',
    'verdict',
    'detail',
    'reason',
    'outcome',
  ];
  return words
    .flatMap((name) =>
      typeof data[name] === 'string' && data[name] !== '' ? [`${name}=${data[name]}`] : [],
    )
    .join(' ');
}
