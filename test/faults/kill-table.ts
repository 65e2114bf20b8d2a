import type { Kill } from './chain.ts';

/** Nearest rank; null where there is nothing to rank. */
function rank(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

const cell = (value: number | null, width: number): string =>
  (value === null ? '-' : String(Math.round(value))).padStart(width);

const known = (values: readonly (number | null | undefined)[]): readonly number[] =>
  values.filter((value) => value !== null && value !== undefined);

function lineOf(name: string, kills: readonly Kill[]): string {
  const ready = known(kills.map((kill) => kill.readyMs));
  const ended = kills.filter((kill) => kill.restMs !== undefined);
  const rest = known(ended.map((kill) => kill.restMs));
  const ticketed = known(ended.map((kill) => kill.ticketedMs));
  return [
    name.padEnd(26),
    cell(kills.length, 6),
    cell(kills.filter((kill) => kill.met).length, 5),
    cell(kills.length - ready.length, 6),
    ...[rank(ready, 0.5), rank(ready, 1)].map((ms) => cell(ms, 7)),
    cell(ended.length, 6),
    cell(
      known(ended.map((kill) => kill.interrupted)).reduce((sum, each) => sum + each, 0),
      7,
    ),
    ...[rank(ticketed, 0.5), rank(ticketed, 1)].map((ms) => cell(ms, 7)),
    ...[rank(rest, 0.5), rank(rest, 1)].map((ms) => cell(ms, 7)),
    cell(ended.length - rest.length, 6),
  ].join(' ');
}

const heading = [
  'point'.padEnd(26),
  ' kills',
  '  met',
  ' again',
  'ready50',
  'readyMx',
  'chains',
  'interru',
  ' done50',
  ' doneMx',
  ' rest50',
  ' restMx',
  'undone',
].join(' ');

/**
 * One line for each point. `met`: died exactly there; `again`: killed again before it was ready; `ready`: from the start
 * to `/readyz` 200; `chains`: kills that were the last before a rest; `interru`: alerts that those left without a
 * ticket, and `done`, from `/readyz` 200 until they had it; `rest`: until nothing at all was under way.
 */
export function killTable(kills: readonly Kill[]): string {
  const names = [...new Set(kills.map((kill) => kill.name))].sort();
  const lines = names.map((name) =>
    lineOf(
      name,
      kills.filter((kill) => kill.name === name),
    ),
  );
  return [heading, ...lines, lineOf('all', kills), ''].join('\n');
}
