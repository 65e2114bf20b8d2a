import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEffectActivities } from '../../activities/executor.ts';
import { executorLimits } from '../../activities/executor-limits.ts';
import type { EffectItem } from '../../activities/contract.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import type { Outcome } from '../../domain/run.types.ts';
import type { Database, Sql } from '../../store/database.ts';
import { openInstance } from '../../store/instance.ts';
import { setSwitch } from '../../store/switches.ts';
import { edr, startExecutorWorld, type ExecutorWorld } from '../support/executor-world.ts';

let world: ExecutorWorld;
beforeEach(async () => {
  world = await startExecutorWorld();
});
afterEach(() => world.stop());

async function execute(...items: readonly EffectItem[]): Promise<readonly Outcome[]> {
  return createEffectActivities(world.deps).executeMany(items);
}

async function one(item: EffectItem): Promise<Outcome> {
  const [outcome] = await execute(item);
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

const refused = (code: string): object => expect.objectContaining({ kind: 'error', code });

/** Makes an unfinished call old enough to be looked up. */
const age = (): Promise<unknown> =>
  world.pg.db.query(`update effects set called_at = called_at - interval '1 minute'`);

/** While a capability's input is made ready: its target alone is looked at before. */
function during(name: string, act: () => Promise<unknown>): ActivityDeps['reveal'] {
  return async (value, { capability }) => {
    if (capability === name && 'host' in value) await act();
    return value;
  };
}

/** Between the intent and the call. */
const whenClaimed = (act: () => Promise<unknown>): ActivityDeps['reveal'] =>
  during('crowdstrike.host.contain', act);

/** Between the guards and the lease. */
function beforeTransaction(act: () => Promise<unknown>): Database {
  return Object.assign(Object.create(world.pg.db) as Database, {
    transaction: async <Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> => {
      await act();
      return world.pg.db.transaction(work);
    },
  });
}

const refusals = async (): Promise<readonly string[]> =>
  (await world.court.entries())
    .map((entry) => entry.type)
    .filter((type) => type === 'effect.refused');

async function stop(scope: string, stopped: boolean): Promise<void> {
  await world.pg.db.transaction((tx) =>
    setSwitch(
      tx,
      { tenant: 'acme', scope, stopped, reason: 'drill', actor: { kind: 'person', id: 'erin' } },
      world.deps.clock,
    ),
  );
}

describe('the executor', () => {
  it('does an approved order once, and answers the same when it is asked again', async () => {
    const item = world.contain(await world.approved());
    const first = await one(item);
    expect(first).toMatchObject({ kind: 'ok', output: { host: 'web-7', changed: true } });
    expect(await one(item)).toEqual(first);
    expect(await world.actions()).toEqual(['contain']);
  });

  it('writes intent, spent warrant and result', async () => {
    await one(world.contain(await world.approved()));
    const types = (await world.court.entries())
      .map((entry) => entry.type)
      .filter((type) => /effect|warrant/.test(type));
    expect(types).toEqual(['warrant.granted', 'warrant.used', 'effect.intent', 'effect.result']);
  });

  it('does nothing without a warrant', async () => {
    const gate = await world.court.open((await world.approved()).order);
    await world.pg.db.query('delete from warrants');
    expect(await one(world.contain(gate))).toEqual(refused('WARRANT_REFUSED'));
    expect(await world.actions()).toEqual([]);
  });

  it.each(['"web-8"', '"WEB-7"'])(
    'refuses an order of which one value became %s after the vote',
    async (value) => {
      const gate = await world.approved();
      await world.pg.db.query(
        `update gates set order_body = jsonb_set(order_body, '{parameters,host}', $1::jsonb)`,
        [value],
      );
      expect(await one(world.contain(gate))).toEqual(refused('WARRANT_REFUSED'));
      expect(await world.actions()).toEqual([]);
    },
  );

  it('refuses a connection that was pointed elsewhere after the vote', async () => {
    const gate = await world.approved();
    const deps = { ...world.deps, connections: new Map([['edr', edr('http://127.0.0.1:9')]]) };
    const [outcome] = await createEffectActivities(deps).executeMany([world.contain(gate)]);
    expect(outcome).toEqual(refused('WARRANT_REFUSED'));
  });

  it('refuses when the warrant has expired', async () => {
    const gate = await world.approved();
    world.court.clock.set(Date.parse(gate.expiresAt) + 1);
    expect(await one(world.contain(gate))).toEqual(refused('WARRANT_REFUSED'));
  });

  it('waits while the clock stands before the order, and acts when its time has come again', async () => {
    const item = world.contain(await world.approved());
    const nowMs = world.court.clock.nowMs();
    world.court.clock.set(nowMs - 3_600_000);
    expect(await one(item)).toMatchObject({ code: 'ORDER_EARLY', retryAfterMs: 30_000 });
    expect(await world.actions()).toEqual([]);
    world.court.clock.set(nowMs);
    expect(await one(item)).toMatchObject({ kind: 'ok' });
    expect(await world.actions()).toEqual(['contain']);
  });

  it('spends a warrant for one effect only, however many ask at once', async () => {
    const gate = await world.approved();
    const items = ['a', 'b', 'c'].map((key) => world.contain(gate, { idempotencyKey: key }));
    const outcomes = await Promise.all(items.map(one));
    expect(outcomes.filter((outcome) => outcome.kind === 'ok')).toHaveLength(1);
    expect(await world.actions()).toEqual(['contain']);
  });

  it.each(['all', 'connector:crowdstrike', 'playbook:host-malware'])(
    'stops at the kill switch %s and goes on when it is off',
    async (scope) => {
      const item = world.contain(await world.approved());
      await stop(scope, true);
      expect(await one(item)).toEqual(refused('STOPPED'));
      expect(await world.actions()).toEqual([]);
      await stop(scope, false);
      expect(await one(item)).toMatchObject({ kind: 'ok' });
    },
  );

  it('refuses a target that policy protects', async () => {
    world.policy.protectedTargets = [{ id: 'web', kind: 'host', match: 'WEB-*', reason: 'shop' }];
    expect(await one(world.contain(await world.approved()))).toEqual(refused('TARGET_PROTECTED'));
  });

  it('refuses a capability whose grant was taken back since', async () => {
    const gate = await world.approved();
    world.policy.grants = [];
    expect(await one(world.contain(gate))).toEqual(refused('GRANT_MISSING'));
    expect(await world.actions()).toEqual([]);
  });

  it('refuses what is over the budget', async () => {
    world.policy.budgets = [{ id: 'few', capability: 'crowdstrike.*', max: 1, windowMs: 60_000 }];
    expect(await one(world.contain(await world.approved()))).toMatchObject({ kind: 'ok' });
    const second = await world.approved({
      target: { kind: 'host', id: 'db-10' },
      parameters: { host: 'db-10' },
      precondition: null,
    });
    expect(await one(world.contain(second))).toEqual(refused('BUDGET_SPENT'));
  });

  it('refuses when the target changed since the evidence was read', async () => {
    const gate = await world.approved({
      precondition: {
        capability: 'crowdstrike.host.read',
        state: { host: 'web-7', status: 'contained' },
      },
    });
    expect(await one(world.contain(gate))).toEqual(refused('PRECONDITION_CHANGED'));
    expect(await world.actions()).toEqual([]);
  });

  it.each(['after', 'half', 'garbage', 'slow'])(
    'looks up what became of a call whose answer was lost (%s)',
    async (mode) => {
      const item = world.contain(await world.approved());
      await world.fault({ mode, match: 'POST /devices/entities/devices-actions' });
      expect(await one(item)).toEqual(refused('LEASE_HELD'));
      await age();
      expect(await one(item)).toMatchObject({ kind: 'ok' });
      expect(await world.actions()).toEqual(['contain']);
    },
  );

  it('acts after all where the look-up shows that nothing happened', async () => {
    const item = world.contain(await world.approved());
    await world.fault({ mode: 'before', match: 'POST /devices/entities/devices-actions' });
    expect(await one(item)).toEqual(refused('LEASE_HELD'));
    await age();
    expect(await one(item)).toMatchObject({ kind: 'ok' });
    expect(await world.actions()).toEqual(['contain']);
  });

  it('waits while another worker that lives holds the lease, and takes over from one that died', async () => {
    const item = world.contain(await world.approved());
    await world.fault({ mode: 'before', match: 'POST /devices/entities/devices-actions' });
    await one(item);
    const other = await openInstance(world.pg.url);
    await world.pg.db.query(
      `update effects set state = 'intended', lease_owner = $1, lease_until = now() + interval '1 minute'`,
      [String(other.id)],
    );
    await age();
    expect(await one(item)).toEqual(refused('LEASE_HELD'));
    await other.close();
    await expect.poll(() => one(item)).toMatchObject({ kind: 'ok' });
    expect(await world.actions()).toEqual(['contain']);
  });

  it('does not wait for a lease of its own whose result the database could not take', async () => {
    const item = world.contain(await world.approved());
    const reveal = whenClaimed(() =>
      world.pg.db.query('alter table effects rename to effects_away'),
    );
    const failing = createEffectActivities({ ...world.deps, reveal }).executeMany([item]);
    await expect(failing).rejects.toThrow('effects');
    await world.pg.db.query('alter table effects_away rename to effects');
    expect(await one(item)).toEqual(refused('LEASE_HELD'));
    await age();
    expect(await one(item)).toMatchObject({ kind: 'ok' });
    expect(await world.actions()).toEqual(['contain']);
  });

  it('waits for itself while it is still at an effect, though the clock was set forward', async () => {
    const item = world.contain(await world.approved());
    let again: Outcome | null = null;
    const reveal = whenClaimed(async () => {
      await age();
      await world.pg.db.query(`update effects set lease_until = lease_until - interval '1 hour'`);
      again = await one(item);
    });
    const [first] = await createEffectActivities({ ...world.deps, reveal }).executeMany([item]);
    expect(first).toMatchObject({ kind: 'ok' });
    expect(again).toEqual(refused('LEASE_HELD'));
    expect(await world.actions()).toEqual(['contain']);
  });

  it('does not believe a sleeper who wakes up after its lease was taken over', async () => {
    const item = world.contain(await world.approved());
    const reveal: ActivityDeps['reveal'] = async (value) => {
      await world.pg.db.query('update effects set fence = fence + 1');
      return value;
    };
    const [outcome] = await createEffectActivities({ ...world.deps, reveal }).executeMany([item]);
    expect(outcome).toEqual(refused('LEASE_HELD'));
  });

  it('does not call at all when it slept for longer than its lease allows', async () => {
    const item = world.contain(await world.approved());
    const reveal: ActivityDeps['reveal'] = (value) => {
      world.court.clock.set(world.court.clock.nowMs() + executorLimits.leaseMs);
      return Promise.resolve(value);
    };
    const [outcome] = await createEffectActivities({ ...world.deps, reveal }).executeMany([item]);
    expect(outcome).toEqual(refused('LEASE_HELD'));
    expect(await world.actions()).toEqual([]);
  });

  it('does not call when the clock was set back while it slept', async () => {
    const item = world.contain(await world.approved());
    let steady = 0;
    const clock = { nowMs: () => world.court.clock.nowMs(), steadyMs: () => steady };
    const reveal: ActivityDeps['reveal'] = (value) => {
      steady += executorLimits.leaseMs;
      world.court.clock.set(world.court.clock.nowMs() - 3_600_000);
      return Promise.resolve(value);
    };
    const [outcome] = await createEffectActivities({ ...world.deps, clock, reveal }).executeMany([
      item,
    ]);
    expect(outcome).toEqual(refused('LEASE_HELD'));
    expect(await world.actions()).toEqual([]);
  });

  it('asks again where another try did it while this one read its preconditions', async () => {
    const item = world.contain(await world.approved());
    const reveal = during('crowdstrike.host.read', () => one(item));
    const [late] = await createEffectActivities({ ...world.deps, reveal }).executeMany([item]);
    expect(late).toEqual(refused('LEASE_HELD'));
    expect(await one(item)).toMatchObject({ kind: 'ok', output: { changed: true } });
    expect(await refusals()).toEqual([]);
  });

  it('asks again where another try did it right before this one spent the warrant', async () => {
    const item = world.contain(await world.approved());
    const db = beforeTransaction(() => one(item));
    const [late] = await createEffectActivities({ ...world.deps, db }).executeMany([item]);
    expect(late).toEqual(refused('LEASE_HELD'));
    expect(await one(item)).toMatchObject({ kind: 'ok', output: { changed: true } });
    expect(await refusals()).toEqual([]);
  });

  it('ends an order with its refusal: no other try acts on it later, and it is answered the same', async () => {
    const item = world.contain(await world.approved());
    world.policy.protectedTargets = [{ id: 'web', kind: 'host', match: 'web-*', reason: 'shop' }];
    const first = await one(item);
    world.policy.protectedTargets = [];
    expect(await one(item)).toEqual(first);
    expect(first).toEqual(refused('TARGET_PROTECTED'));
    expect(await world.actions()).toEqual([]);
  });

  it('does not act where another try was refused after this one passed its guards', async () => {
    const item = world.contain(await world.approved());
    const db = beforeTransaction(async () => {
      world.policy.protectedTargets = [{ id: 'web', kind: 'host', match: 'web-*', reason: 'shop' }];
      await one(item);
    });
    const [late] = await createEffectActivities({ ...world.deps, db }).executeMany([item]);
    expect(late).toEqual(refused('WARRANT_REFUSED'));
    expect(await world.actions()).toEqual([]);
  });

  it('judges anew after a sleep between its guards and the lease', async () => {
    const item = world.contain(await world.approved());
    let steady = 0;
    const clock = { nowMs: () => world.court.clock.nowMs(), steadyMs: () => steady };
    const reveal = during('crowdstrike.host.read', async () => {
      steady += executorLimits.guardMs + 1;
      await stop('all', true);
    });
    const asleep = createEffectActivities({ ...world.deps, clock, reveal });
    const [outcome] = await asleep.executeMany([item]);
    expect(outcome).toEqual(refused('LEASE_HELD'));
    expect(await one(item)).toEqual(refused('STOPPED'));
    expect(await world.actions()).toEqual([]);
  });

  it('undoes by one signature what was done, once', async () => {
    const gate = await world.approved();
    await one(world.contain(gate));
    const undo = world.contain(gate, { idempotencyKey: 'undo', purpose: 'undo' });
    expect(await one(undo)).toEqual(refused('WARRANT_REFUSED'));
    await world.court.vote(world.carol, gate, { decision: 'undo' });
    expect(await one(undo)).toMatchObject({ kind: 'ok', output: { changed: true } });
    await one(undo);
    expect(await world.actions()).toEqual(['contain', 'lift_containment']);
  });
});
