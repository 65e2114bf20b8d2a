import { describe, expect, it } from 'vitest';
import { effectMoves, moveEffect } from '../../../domain/effect.ts';
import { gateTransitions } from '../../../domain/gate.ts';
import { incidentMoves, moveIncident } from '../../../domain/incident.ts';
import { moveRun, runMoves } from '../../../domain/run-states.ts';
import { moveTicket, ticketMoves } from '../../../domain/ticket-states.ts';

type Table = Readonly<Record<string, readonly string[]>>;

const tables: readonly [name: string, table: Table, first: string, final: readonly string[]][] = [
  ['incident', incidentMoves, 'new', []],
  ['run', runMoves, 'active', ['done', 'failed', 'cancelled']],
  ['gate', gateTransitions, 'open', ['denied', 'expired', 'void']],
  ['effect', effectMoves, 'intended', ['done']],
  ['ticket', ticketMoves, 'open', []],
];

function reachable(table: Table, first: string): Set<string> {
  const seen = new Set([first]);
  for (const state of seen) for (const next of table[state] ?? []) seen.add(next);
  return seen;
}

describe.each(tables)('the states of %s', (_name, table, first, final) => {
  it('are all reached from the first', () => {
    expect([...reachable(table, first)].toSorted()).toEqual(Object.keys(table).toSorted());
  });

  it('end only where nothing more can happen', () => {
    const ends = Object.keys(table).filter((state) => table[state]?.length === 0);
    expect(ends.toSorted()).toEqual(final.toSorted());
  });
});

describe('a move that no table has', () => {
  it.each([
    ['lets a closed incident go on', () => moveIncident('closed', 'triage')],
    ['closes an incident twice', () => moveIncident('closed', 'closed')],
    ['revives a run', () => moveRun('done', 'active')],
    ['undoes an effect', () => moveEffect('done', 'failed')],
    ['works on a closed ticket', () => moveTicket('closed', 'in-progress')],
  ])('is refused: it %s', (_what, move) => {
    expect(move).toThrow(/cannot go from/);
  });
});
