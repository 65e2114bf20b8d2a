import { approve, nextContained, openGates, undo } from './rounds.ts';
import { pause } from './servers.ts';
import type { World } from './world.ts';

/** Approvers at work: they decide what waits, and where nobody answers they try again later. */
export interface People {
  /** While true they also undo what was contained. */
  wantUndo(wanted: boolean): void;
  /** Ends when everything is decided, and every undo that was asked for is known to the engine. */
  stop(): Promise<void>;
}

const everyMs = 300;
const settleTriesMax = 200;

export function startPeople(world: World): People {
  let undoes = false;
  let isOver = false;
  const work = async (): Promise<void> => {
    while (!isOver) {
      await decideOne(world, undoes).catch(() => undefined);
      await pause(everyMs);
    }
  };
  const working = work();
  return {
    wantUndo: (wanted) => void (undoes = wanted),
    stop: async () => {
      isOver = true;
      await working;
      await settle(world);
    },
  };
}

async function decideOne(world: World, undoes: boolean): Promise<void> {
  const [gate] = await openGates(world);
  if (gate !== undefined) await approve(world, gate);
  const contained = undoes ? await nextContained(world) : null;
  if (contained !== null) await undo(world, contained);
}

/** What was not kept is asked again; what was kept must not be. */
async function settle(world: World): Promise<void> {
  for (let turn = 0; turn < settleTriesMax; turn += 1) {
    const open = await openGates(world);
    const missing = await unkeptUndos(world);
    if (open.length + missing.length === 0) return;
    for (const gate of open) await approve(world, gate);
    for (const gate of missing) await undo(world, gate);
    await pause(everyMs);
  }
  throw new Error('the gates are never all decided');
}

async function unkeptUndos(world: World): Promise<readonly string[]> {
  const kept = await world.engine.query<{ id: string }>(
    "select gate_id as id from votes where decision = 'undo'",
  );
  const known = new Set(kept.map((row) => row.id));
  return [...world.undone].filter((gate) => !known.has(gate));
}
