import type { CapabilityManifest } from '../domain/capability.ts';

type TicketVerb = 'ensure' | 'comment' | 'update' | 'transition' | 'find' | 'status';
type Manifest = Omit<CapabilityManifest, 'input' | 'output'>;

/**
 * The manifest of `<connector>.ticket.<verb>`. A ticket interrupts nobody by itself, so every verb is `reversible`;
 * it is found again by the key that we gave it, or its state is read.
 */
export function ticketManifest(connector: string, system: string, verb: TicketVerb): Manifest {
  const { title, settle, reach } = verbs[verb];
  return {
    name: `${connector}.ticket.${verb}`,
    title: `${title} ${system}`,
    effect: verb === 'find' || verb === 'status' ? 'read' : 'reversible',
    privilege: 'ticket',
    target: null,
    reveals: [],
    undo: null,
    precondition: null,
    settle,
    reach,
  };
}

const verbs: Record<TicketVerb, Pick<Manifest, 'title' | 'settle' | 'reach'>> = {
  ensure: {
    title: 'Open a ticket, or find the one with our key, in',
    settle: 'by-key',
    reach: 'One ticket in one project; readers of the project see it.',
  },
  comment: {
    title: 'Comment on a ticket in',
    settle: 'by-key',
    reach: 'One comment on one ticket; its watchers may be notified.',
  },
  update: {
    title: 'Change the fields of a ticket in',
    settle: 'by-state',
    reach: 'The fields of one ticket.',
  },
  transition: {
    title: 'Move a ticket to another status in',
    settle: 'by-state',
    reach: 'The status of one ticket.',
  },
  find: { title: 'Find a ticket by our key in', settle: 'by-state', reach: 'Reads one ticket.' },
  status: {
    title: 'Read how far a ticket is in',
    settle: 'by-state',
    reach: 'Reads the state of one ticket.',
  },
};
