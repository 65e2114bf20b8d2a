/** `staying` of an explanation: why an incident does not end by itself. */
export interface StayingAnswer {
  readonly why: readonly string[];
  readonly tickets: readonly {
    readonly connection: string;
    readonly ticket: string;
    readonly state: string;
    readonly said: string;
    readonly why: string;
    readonly heardAt: string | null;
    readonly askedAgainAt: string | null;
    readonly ends: string;
  }[];
}

/** What goes on, then each ticket that an ending was made to wait for. */
export function stayingLines({ why, tickets }: StayingAnswer): readonly string[] {
  return [
    ...(why.length === 0 ? [] : [`open      as ${why.join('; ')}`]),
    ...tickets.filter(({ ends }) => ends !== '').map(ticketLine),
  ];
}

function ticketLine(of: StayingAnswer['tickets'][number]): string {
  const { connection, ticket, state, said, why, heardAt, askedAgainAt, ends } = of;
  const name = `ticket ${ticket} on ${connection}`;
  const again = askedAgainAt === null ? '' : `, asked again from ${askedAgainAt}`;
  const word = said === '' || said === state ? '' : ` ("${said}")`;
  const at = heardAt === null ? '' : ` at ${heardAt}`;
  if (state === 'in-progress')
    return `open      as ${name} is in progress${word}${at}${again}; else over: ${ends}`;
  if (state === 'unknown')
    return `open      as nobody knows how far ${name} is: ${why}${again}; else over: ${ends}`;
  return state === 'unasked'
    ? `open      until ${name} says how far it is; else over: ${ends}`
    : `asked     ${name} is ${state}${word}${at}; over: ${ends}`;
}
