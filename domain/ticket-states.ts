import { SallyportError } from './errors.ts';

/** The states of a ticket that we keep ourselves. Other systems have their own; their connectors map what they can. */
export type TicketState = 'open' | 'in-progress' | 'resolved' | 'closed';

export const ticketMoves: { readonly [From in TicketState]: readonly TicketState[] } = {
  open: ['in-progress', 'resolved', 'closed'],
  'in-progress': ['open', 'resolved', 'closed'],
  resolved: ['open', 'closed'],
  closed: ['open'],
};

const isTicketState = (text: string): text is TicketState => Object.hasOwn(ticketMoves, text);

/** CONFLICT where the table has no such move. Staying is allowed. */
export function moveTicket(from: string, to: TicketState): TicketState {
  if (from === to || (isTicketState(from) && ticketMoves[from].includes(to))) return to;
  throw new SallyportError('CONFLICT', `a ticket cannot go from ${from} to ${to}`);
}
