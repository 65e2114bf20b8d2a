import type { TicketAnswer, TicketFileAnswer } from './answers.ts';
import { readFlags, usage } from './flags.ts';
import type { CliCommand, CliIo } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable, printableLines } from './printable.ts';
import type { Session } from './session.ts';
import { table } from './table.ts';

export const ticketsUsage = `sallyport tickets [--status open|…] [--limit N]
sallyport tickets show N`;

/** `sallyport tickets`: the local board. */
export function createTicketsCommand(session: Session): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, { status: 'text', limit: 'text' });
    const client = await session.client('analyst');
    const [verb, id] = flags.words;
    if (verb === 'show') {
      const ticket = (await client.call(
        'GET',
        `/v1/tickets/${encodeURIComponent(id ?? usage('the number is missing'))}`,
      )) as TicketFileAnswer;
      if (flags.has('json')) printJson(io, ticket);
      else printTicket(ticket, io);
      return exitCodes.done;
    }
    if (verb !== undefined) return usage(ticketsUsage);
    const query = new URLSearchParams(
      Object.fromEntries(
        ['status', 'limit'].flatMap((name) =>
          flags.text(name) === undefined ? [] : [[name, flags.text(name) ?? '']],
        ),
      ),
    );
    const { tickets } = (await client.call('GET', `/v1/tickets?${query}`)) as {
      tickets: readonly TicketAnswer[];
    };
    if (flags.has('json')) printJson(io, { tickets });
    else {
      io.stdout.write(
        table(tickets, [
          { title: 'ticket', charsMax: 8, cell: (row) => String(row.id) },
          { title: 'status', charsMax: 12, cell: (row) => row.status },
          { title: 'prio', charsMax: 10, cell: (row) => row.priority },
          { title: 'team', charsMax: 20, cell: (row) => row.team },
          { title: 'changed', charsMax: 24, cell: (row) => row.updatedAt },
          { title: 'title', charsMax: 90, cell: (row) => row.title },
        ]),
      );
    }
    return exitCodes.done;
  };
}

function printTicket(ticket: TicketFileAnswer, io: CliIo): void {
  printLine(io.stdout, printable(`${ticket.id}: ${ticket.title}`));
  printLine(
    io.stdout,
    printable(
      `${ticket.status}, ${ticket.priority}, ${ticket.team}${ticket.labels.length === 0 ? '' : `, ${ticket.labels.join(' ')}`}`,
    ),
  );
  io.stdout.write(`\n${printableLines(ticket.body)}\n`);
  for (const comment of ticket.comments)
    io.stdout.write(`\n-- ${comment.at}\n${printableLines(comment.body)}\n`);
}
