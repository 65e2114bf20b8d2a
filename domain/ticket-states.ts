import { SallyportError } from './errors.ts';

/** The states of a ticket that we keep ourselves. Other systems have their own; `readTicketWord` maps what it can. */
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

/** What a ticket's own system says of it; `unknown` where it cannot be asked, or says a word that we do not know. */
export type TicketReading = TicketState | 'unknown';

/**
 * How long an answer lets an incident end, and when a ticket is asked for again. Retries back off from the first to the
 * last wait, or as long as the system asks for.
 */
export const ticketAsking = {
  freshMs: 60_000,
  inProgressMs: 300_000,
  backoffFirstMs: 60_000,
  backoffLastMs: 3_600_000,
} as const;

/** `failures` counts those in a row, this one included; 0 after an answer. */
export function nextAskMs(
  reading: TicketReading,
  failures: number,
  retryAfterMs: number = 0,
): number {
  const { freshMs, inProgressMs, backoffFirstMs, backoffLastMs } = ticketAsking;
  if (reading === 'in-progress') return inProgressMs;
  if (reading !== 'unknown') return freshMs;
  const doubled = backoffFirstMs * 2 ** Math.min(Math.max(failures - 1, 0), 10);
  return Math.min(Math.max(doubled, retryAfterMs), backoffLastMs);
}

const words: Readonly<Record<TicketState, string>> = {
  open: 'open,opened,new,to do,todo,backlog,reopened,unassigned,selected for development',
  'in-progress':
    'in progress,work in progress,wip,doing,started,assigned,active,acknowledged,in review,review,investigating,in work,' +
    'under investigation,waiting,waiting for customer,waiting for support,on hold,pending,blocked,escalated',
  resolved: 'resolved,done,fixed,completed,complete,solved,mitigated',
  closed: 'closed,canceled,cancelled,rejected,declined,duplicate,wont fix,wont do',
};

const stateByWord = new Map<string, TicketState>(
  (Object.keys(ticketMoves) as TicketState[]).flatMap((state) =>
    words[state].split(',').map((word): [string, TicketState] => [word, state]),
  ),
);

/** A state in the words of another system, whatever their case and separators; what is not surely known is `unknown`. */
export function readTicketWord(word: string): TicketReading {
  const plain = word
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .replaceAll("'", '')
    .trim();
  return stateByWord.get(plain) ?? 'unknown';
}
