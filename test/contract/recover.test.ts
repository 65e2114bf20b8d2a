import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEffectActivities } from '../../activities/executor.ts';
import { createNoteSigner } from '../../audit/note.ts';
import { setPastLogAside } from '../../audit/past-log.ts';
import { createSequencer } from '../../audit/sequencer.ts';
import { verifyLog } from '../../audit/verify.ts';
import type { Actor } from '../../domain/entry.ts';
import { recover } from '../../store/recover.ts';
import type { Recovery } from '../../store/recover.ts';
import { setSwitch, stoppedScopes } from '../../store/switches.ts';
import {
  markFound,
  markRestored,
  readRestored,
  readTimeline,
  writeTimeline,
} from '../../store/timeline.ts';
import type { Restored } from '../../store/timeline.ts';
import { setBack } from '../support/older-log.ts';
import { anOrder } from '../support/orders.ts';
import { startExecutorWorld, type ExecutorWorld } from '../support/executor-world.ts';

const firstOrigin = 'log.example/test';
const actor: Actor = { kind: 'person', id: 'root' };
const { privateKey } = generateKeyPairSync('ed25519');

let world: ExecutorWorld;
let dir: string;
beforeEach(async () => {
  world = await startExecutorWorld();
  dir = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
});
afterEach(async () => {
  await world.stop();
  await rm(dir, { recursive: true, force: true });
});

const older: Restored = {
  why: 'copy',
  checkpoint: null,
  sequenced: 0,
  foundAt: '2026-11-22T05:00:00.000Z',
};

const recoverNow = (): Promise<Recovery> =>
  world.pg.db.transaction((tx) =>
    recover(tx, { tenant: 'acme', actor, reason: 'the disk died', firstOrigin }, world.deps.clock),
  );

/** As the dispatcher does once nothing of the time before runs, and a person once they know what was lost. */
async function goOn(): Promise<void> {
  const { db } = world.pg;
  const timeline = await readTimeline(db, firstOrigin);
  if (timeline.began !== null)
    await writeTimeline(db, { ...timeline, began: { ...timeline.began, swept: true } });
  await db.transaction((tx) =>
    setSwitch(
      tx,
      { tenant: 'acme', scope: 'actions', stopped: false, reason: 'understood', actor },
      world.deps.clock,
    ),
  );
}

const gateStates = (): Promise<readonly { state: string }[]> =>
  world.pg.db.query('select state from gates order by opened_at, id');

const execute = createExecute();
function createExecute(): (item: Parameters<ExecutorWorld['contain']>[0]) => Promise<unknown> {
  return async (gate) =>
    (await createEffectActivities(world.deps).executeMany([world.contain(gate)]))[0];
}

describe('a database that is an older copy', () => {
  it('stops every effect, and nobody can resume it', async () => {
    const gate = await world.approved();
    await markRestored(world.pg.db, older);
    expect(await stoppedScopes(world.pg.db)).toMatchObject([{ scope: 'all' }]);
    await world.pg.db.transaction((tx) =>
      setSwitch(
        tx,
        { tenant: 'acme', scope: 'all', stopped: false, reason: 'go', actor },
        world.deps.clock,
      ),
    );
    expect(await execute(gate)).toMatchObject({ kind: 'error', code: 'STOPPED' });
    expect(await world.actions()).toEqual([]);
  });
});

describe('a recovery', () => {
  it('is refused where the database is no older copy', async () => {
    await expect(recoverNow()).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('voids open gates and warrants that nobody used', async () => {
    await markRestored(world.pg.db, older);
    await world.court.open(anOrder({ runKey: 'run_waiting' }));
    const approved = await world.approved();
    expect(await recoverNow()).toMatchObject({ gatesVoided: 2, warrantsVoided: 1 });
    expect(await gateStates()).toEqual([{ state: 'void' }, { state: 'void' }]);
    await goOn();
    expect(await execute(approved)).toMatchObject({ code: 'WARRANT_REFUSED' });
  });

  it('keeps what was done: it can still be undone', async () => {
    const gate = await world.approved();
    await execute(gate);
    await markRestored(world.pg.db, older);
    await recoverNow();
    expect(await gateStates()).toEqual([{ state: 'approved' }]);
  });

  it('lets nothing act before what ran is ended, and no action before a person resumes them', async () => {
    await markRestored(world.pg.db, older);
    await recoverNow();
    const gate = await world.approved();
    expect(await execute(gate)).toMatchObject({ code: 'STOPPED' });
    const timeline = await readTimeline(world.pg.db, firstOrigin);
    if (timeline.began !== null)
      await writeTimeline(world.pg.db, { ...timeline, began: { ...timeline.began, swept: true } });
    expect(await stoppedScopes(world.pg.db)).toMatchObject([{ scope: 'actions' }]);
    expect(await execute(gate)).toMatchObject({ code: 'STOPPED' });
    await goOn();
    expect(await execute(gate)).toMatchObject({ kind: 'ok' });
  });

  it('does nothing again that was done after the copy was made', async () => {
    const [before] = [await world.approved()];
    await execute(before);
    // The copy knows neither the gate nor the effect, the product does.
    await world.pg.db.query('truncate effects, gates, votes, warrants cascade');
    await markRestored(world.pg.db, older);
    await recoverNow();
    await goOn();
    const again = await world.approved({
      precondition: {
        capability: 'crowdstrike.host.read',
        state: { host: 'web-7', status: 'contained' },
      },
    });
    expect(await execute(again)).toMatchObject({ kind: 'ok' });
    expect(await world.actions()).toEqual(['contain']);
    expect(await world.pg.db.query('select state, detail from effects')).toEqual([
      { state: 'done', detail: 'found when looked up' },
    ]);
  });

  it('lets the log go on under a new name, whose first entry names the old checkpoint', async () => {
    const key = createNoteSigner(firstOrigin, privateKey);
    const { db } = world.pg;
    const { clock } = world.deps;
    await createSequencer({ db, dir, key, clock, origin: firstOrigin }).sequenceOnce();
    await world.approved();
    await createSequencer({ db, dir, key, clock, origin: firstOrigin }).sequenceOnce();
    await db.query('truncate gates, votes, warrants cascade');
    await setBack(db, 3);
    await db.query('delete from audit_checkpoints');
    const found = await createSequencer({ db, dir, key, clock, origin: firstOrigin }).start();
    if (found.kind !== 'restored') throw new Error('an older copy was taken for the log');
    await markRestored(db, { ...older, why: found.why, checkpoint: found.note, sequenced: 3 });
    const { origin, entriesLost } = await recoverNow();
    expect(entriesLost).toBe(found.checkpoint.size - 3);
    await setPastLogAside(dir, { origin, after: found.note });
    const next = createNoteSigner(origin, privateKey);
    const sequencer = createSequencer({ db, dir, key: next, clock, origin, after: found.note });
    expect(await sequencer.start()).toEqual({ kind: 'ready' });
    await sequencer.sequenceOnce();
    const [first] = await db.query<{ body: string }>('select body from audit_log where seq = 0');
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      type: 'log.opened',
      data: { origin, after: found.note },
    });
    const report = await verifyLog(dir, { publicKeys: [next.verifierKey] });
    expect(report.problems).toEqual([]);
    expect(report.entries).toBeGreaterThan(5);
    // The old log is whole where it was set aside, with what SQL has lost.
    const past = await verifyLog(join(dir, 'past', '1'), { publicKeys: [key.verifierKey] });
    expect(past).toMatchObject({ ok: true, entries: found.checkpoint.size });
    expect(await readdir(join(dir, 'past'))).toEqual(['1']);
  });

  it.each(['before', 'after'])(
    'is not undone by a look at the log that began earlier and ends just %s it is committed',
    async (when) => {
      const { db } = world.pg;
      await markRestored(db, older);
      const found = { restored: older, timeline: (await readTimeline(db, firstOrigin)).number };
      let marking: Promise<void> = Promise.resolve();
      await db.transaction(async (tx) => {
        await recover(
          tx,
          { tenant: 'acme', actor, reason: 'the disk died', firstOrigin },
          world.deps.clock,
        );
        if (when === 'before') marking = markFound(db, found);
      });
      await marking;
      if (when === 'after') await markFound(db, found);
      expect(await readRestored(db)).toBeNull();
    },
  );

  it('gives the same copy that is put back twice two logs of different names', async () => {
    await markRestored(world.pg.db, older);
    const first = await recoverNow();
    await world.pg.db.query('delete from engine_facts');
    await markRestored(world.pg.db, older);
    expect((await recoverNow()).origin).not.toBe(first.origin);
  });
});
