import type { Failpoint } from '../../platform/failpoint.ts';
import type { Alert } from './alerts.ts';
import { eventually, isAtRest } from './world.ts';
import type { World } from './world.ts';

export type Cause = 'alerts' | 'vote' | 'undo';

/** What brings the engine to a point. */
export function causeOf(point: Failpoint): Cause {
  if (point.startsWith('undo-')) return 'undo';
  if (/^(act|vote|record)-/.test(point)) return 'vote';
  return 'alerts';
}

/** One line of the table. Times are in milliseconds; null where it did not come to that. */
export interface Row {
  readonly point: string;
  readonly killed: boolean;
  /** From the start to `/readyz` 200. */
  readonly readyMs: number | null;
  /** From `/readyz` 200 until everything that was interrupted was done. */
  readonly doneMs: number | null;
}

const reachLimitMs = 20_000;
const restLimitMs = 60_000;

/** Kills the engine at a point, starts it again, lets people and senders go on, and waits until all is done. */
export async function playRound(world: World, point: Failpoint): Promise<Row> {
  await world.engine.arm(point);
  const goOn = await provoke(world, causeOf(point));
  const killed = await world.engine.killedWithin(reachLimitMs);
  if (!killed) await world.engine.kill();
  return recover(world, { point, killed, goOn });
}

interface Interrupted {
  readonly point: string;
  readonly killed: boolean;
  readonly goOn: () => Promise<void>;
}

export async function recover(world: World, { point, killed, goOn }: Interrupted): Promise<Row> {
  const startMs = performance.now();
  if ((await world.engine.start()) === 'dead') throw new Error('it died without being told to');
  const readyMs = performance.now();
  await goOn();
  const done = await eventually(() => isAtRest(world.engine), restLimitMs);
  return {
    point,
    killed,
    readyMs: Math.round(readyMs - startMs),
    doneMs: done ? Math.round(performance.now() - readyMs) : null,
  };
}

/** Gives what a sender or a person does once the engine is back. */
async function provoke(world: World, cause: Cause): Promise<() => Promise<void>> {
  if (cause === 'alerts') {
    const missing = await world.offer(someAlerts(world));
    return () => world.insist(missing);
  }
  const gate = cause === 'vote' ? await openGate(world) : await containedGate(world);
  await (cause === 'vote' ? approve(world, gate) : undo(world, gate));
  return async () => {
    const decision = cause === 'vote' ? 'approve' : 'undo';
    const votes = await world.engine.query(
      'select 1 from votes where gate_id = $1 and decision = $2',
      [gate, decision],
    );
    // What was not kept is asked again; what was kept must not be.
    if (votes.length === 0) await (cause === 'vote' ? approve(world, gate) : undo(world, gate));
  };
}

const someAlerts = (world: World): Alert[] => [
  ...world.plain(3),
  world.repeated(),
  world.contained(),
];

export async function approve(world: World, gate: string): Promise<void> {
  world.approved.add(gate);
  await world.person('approve', gate, '--as', 'alice');
}

export async function undo(world: World, gate: string): Promise<void> {
  world.undone.add(gate);
  await world.person('undo', gate, '--as', 'bob');
}

async function openGate(world: World): Promise<string> {
  const [row] = await world.engine.query<{ id: string }>(
    "select id from gates where state = 'open' order by opened_at limit 1",
  );
  if (row !== undefined) return row.id;
  await world.insist([world.contained()]);
  await eventually(async () => (await openGates(world)).length > 0, restLimitMs);
  return openGate(world);
}

export async function openGates(world: World): Promise<readonly string[]> {
  const rows = await world.engine.query<{ id: string }>(
    "select id from gates where state = 'open' order by opened_at",
  );
  return rows.map((row) => row.id);
}

/** A gate whose action was done and that nobody had undone yet. */
async function containedGate(world: World): Promise<string> {
  const contained = await nextContained(world);
  if (contained !== null) return contained;
  const gate = await openGate(world);
  await approve(world, gate);
  await eventually(() => isAtRest(world.engine), restLimitMs);
  return containedGate(world);
}

/** Null where every host that was contained was also released. */
export async function nextContained(world: World): Promise<string | null> {
  const rows = await world.engine.query<{ id: string }>(
    `select g.id from gates g join runs r on r.key = g.run_key
      where g.state = 'approved' and r.status = 'done' and r.outcome = 'host contained' and not (g.id = any($1)) order by g.opened_at limit 1`,
    [[...world.undone]],
  );
  return rows[0]?.id ?? null;
}

/** Everybody decides: what waits is approved, all of it at once. */
export async function approveAll(world: World): Promise<void> {
  await Promise.all((await openGates(world)).map((gate) => approve(world, gate)));
  await eventually(() => isAtRest(world.engine), restLimitMs);
}

export function tableOf(rows: readonly Row[]): string {
  const cell = (ms: number | null): string => (ms === null ? 'never' : String(ms)).padStart(8);
  const lines = rows.map(
    (row) =>
      `${row.point.padEnd(28)} ${(row.killed ? 'killed' : 'not met').padEnd(8)} ${cell(row.readyMs)} ${cell(row.doneMs)}`,
  );
  return [
    `${'point'.padEnd(28)} ${'outcome'.padEnd(8)} ${'ready ms'.padStart(8)} ${'done ms'.padStart(8)}`,
    ...lines,
    '',
  ].join('\n');
}
