import { SallyportError } from './errors.ts';
import type { IncidentState } from './incident.types.ts';

/**
 * The states of an incident and the moves between them. `closed` is left only by an alert of the same key that comes
 * within the reopen window of its correlation rule; later ones open another incident. `attention` means that something needs a person: a failed or parked run, a held effect.
 */
export const incidentMoves: { readonly [From in IncidentState]: readonly IncidentState[] } = {
  new: ['triage', 'closed'],
  triage: ['new', 'draft', 'ignored', 'handled', 'responding', 'attention', 'closed'],
  draft: ['triage', 'ignored', 'closed'],
  ignored: ['triage', 'closed'],
  handled: ['triage', 'responding', 'attention', 'closed'],
  responding: ['triage', 'handled', 'attention', 'closed'],
  attention: ['triage', 'responding', 'handled', 'closed'],
  closed: ['new'],
};

export function mayMove(from: IncidentState, to: IncidentState): boolean {
  return incidentMoves[from].includes(to);
}

/** Returns `to`, or throws CONFLICT where the table has no such move. Staying is always allowed but when closed. */
export function moveIncident(from: IncidentState, to: IncidentState): IncidentState {
  if (from === to && from !== 'closed') return to;
  if (!mayMove(from, to))
    throw new SallyportError('CONFLICT', `an incident cannot go from ${from} to ${to}`);
  return to;
}

/** What runs are told when a person closes their incident; telling one twice is telling it once. */
export const closingOf = (
  incidentId: string,
): { readonly id: string; readonly reason: string } => ({
  id: `close/${incidentId}`,
  reason: 'the incident was closed',
});

/** The least time between two changes of an incident's ticket: at once, then 1 s, 5 s, 30 s. Milliseconds. */
export const followUpDelaysMs = [1_000, 5_000, 30_000] as const;

export function followUpDelayMs(followUps: number): number {
  return followUpDelaysMs[Math.min(followUps, followUpDelaysMs.length - 1)] ?? 30_000;
}
