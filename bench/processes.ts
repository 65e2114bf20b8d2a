import { readdirSync, readFileSync } from 'node:fs';
import { rounded } from './figures.ts';

/** The process and everything below it, by /proc. Servers that were adopted or detached are named by `also`. */
export function processTree(root: number, also: readonly number[] = []): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== null) parents.set(Number(name), parent);
  }
  const found = new Set<number>([root, ...also]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (found.has(parent) && !found.has(pid)) {
        found.add(pid);
        grown = true;
      }
    }
  }
  return [...found];
}

function parentOf(pid: number): number | null {
  const stat = read(`/proc/${pid}/stat`);
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? null : Number(parent);
}

/** Proportional set size in MB by part: shared pages count once over all processes. */
function pssMbByPart(pids: readonly number[]): Readonly<Record<Part, number>> {
  const megabytes = { engine: 0, postgres: 0, temporal: 0 };
  for (const pid of pids) {
    const kilobytes = Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
    megabytes[partOf(pid)] += kilobytes / 1024;
  }
  return megabytes;
}

/** CPU seconds by part: the engine, its PostgreSQL, its Temporal server. */
export function cpuByPart(pids: readonly number[]): Readonly<Record<Part, number>> {
  const seconds = { engine: 0, postgres: 0, temporal: 0 };
  for (const pid of pids) seconds[partOf(pid)] += cpuSeconds([pid]);
  return seconds;
}

/** Rounded, with their sum. */
export function pssOf(pids: readonly number[]): Readonly<Record<Part | 'all', number>> {
  const { engine, postgres, temporal } = pssMbByPart(pids);
  return {
    all: Math.round(engine + postgres + temporal),
    engine: Math.round(engine),
    postgres: Math.round(postgres),
    temporal: Math.round(temporal),
  };
}

/** Starts counting processor time; call the answer for milliseconds per item since then. */
export function cpuSince(
  before: Readonly<Record<Part, number>>,
): (pids: readonly number[], items: number) => Readonly<Record<Part, number>> {
  return (pids, items) => {
    const after = cpuByPart(pids);
    const each = (part: Part): number => rounded(((after[part] - before[part]) * 1000) / items, 2);
    return { engine: each('engine'), postgres: each('postgres'), temporal: each('temporal') };
  };
}

type Part = 'engine' | 'postgres' | 'temporal';

function partOf(pid: number): Part {
  const command = commandOf(pid);
  if (/postgres/.test(command.slice(0, 200))) return 'postgres';
  return /server start-dev/.test(command) ? 'temporal' : 'engine';
}

/** CPU seconds that the processes, and their children that ended, have used so far. */
export function cpuSeconds(pids: readonly number[]): number {
  const ticksPerSecond = 100;
  const ticks = pids.map((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    // utime, stime, cutime, cstime
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    return fields.reduce((sum, each) => sum + Number(each), 0);
  });
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond;
}

export const commandOf = (pid: number): string =>
  read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

/** A process may be gone between listing and reading. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
