import { readdir, readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLog } from '../../audit/verify.ts';
import { findFaults, leaksAtRest, ledgerFaults, sequenced } from './checks.ts';
import { atRest, copyDir, loseTemporal, operate, stops, work } from './restoring.ts';
import { approveAll, openGates } from './rounds.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';
import type { Alert } from './alerts.ts';

const hookLimitMs = 120_000;
const testLimitMs = 300_000;

let world: World;
let copy: string;
let laterCopy: string;
/** Accepted after the copy was made: their senders repeat them, as senders do that hear of a loss. */
let lost: readonly Alert[] = [];

beforeAll(async () => {
  world = await openWorld();
  copy = copyDir(world, 'copy');
  laterCopy = copyDir(world, 'later-copy');
  await world.engine.start();
}, hookLimitMs);
afterAll(async () => {
  await world.close();
  for (const dir of [copy, laterCopy]) await rm(dir, { recursive: true, force: true });
}, hookLimitMs);

const ticketCount = async (): Promise<number> => (await world.outside.desk()).tickets.length;

describe('an engine whose database is set back to an older copy and whose Temporal lost its file', () => {
  it(
    'was copied while it worked',
    async () => {
      await work(world, 2);
      expect(await operate(world, 'backup', '--to', copy)).toContain('It holds no keys');
    },
    testLimitMs,
  );

  it(
    'went on: alerts came, people approved, hosts were contained',
    async () => {
      await approveAll(world);
      lost = await work(world, 1);
      await approveAll(world);
      expect((await world.outside.edr()).actions).toHaveLength(3);
    },
    testLimitMs,
  );

  it(
    'takes alerts in and does nothing else until a person recovers',
    async () => {
      await world.engine.stop();
      expect(await operate(world, 'restore', copy)).toContain('is kept as sallyport_before_');
      await loseTemporal(world);
      await world.engine.start();
      const before = await ticketCount();
      expect(await stops(world)).toEqual([{ scope: 'restored' }]);
      await world.insist([...lost, ...world.plain(2)]);
      expect(await world.engine.query('select 1 from batches where closed_at is null')).toEqual([]);
      expect(await ticketCount()).toBe(before);
      expect(await world.person('resume', 'all')).toBe(0);
      expect(await stops(world)).toEqual([{ scope: 'restored' }]);
    },
    testLimitMs,
  );

  it(
    'once recovered makes no ticket twice and asks anew, but acts only when actions are resumed',
    async () => {
      expect(await world.person('recover')).toBe(0);
      const gates = async (): Promise<number> => (await openGates(world)).length;
      await expect.poll(gates, { timeout: testLimitMs / 2 }).toBe(3);
      expect(await stops(world)).toEqual([{ scope: 'actions' }]);
      expect(await world.person('resume', 'actions')).toBe(0);
      await approveAll(world);
      expect(await atRest(world)).toBe(true);
      expect((await world.outside.edr()).actions).toHaveLength(3);
      expect(await findFaults(world)).toEqual([]);
    },
    testLimitMs,
  );
});

const actionCount = async (): Promise<number> => (await world.outside.edr()).actions.length;

/** People decide what they are asked, and then the books are compared with what the products saw. */
async function decide(gates: number): Promise<void> {
  const open = async (): Promise<number> => (await openGates(world)).length;
  await expect.poll(open, { timeout: testLimitMs / 2 }).toBe(gates);
  await approveAll(world);
  expect(await atRest(world)).toBe(true);
  expect(await findFaults(world)).toEqual([]);
}

describe('an engine whose database alone is set back, while Temporal knows more', () => {
  it(
    'ends what ran in the time that is gone, asks anew, and does nothing twice',
    async () => {
      const before = await actionCount();
      await work(world, 1);
      await operate(world, 'backup', '--to', laterCopy);
      await approveAll(world);
      const gone = await work(world, 1);
      await world.engine.stop();
      await operate(world, 'restore', laterCopy);
      await world.engine.start();
      expect(await stops(world)).toContainEqual({ scope: 'restored' });
      await world.insist([...gone, ...world.plain(2)]);
      expect(await world.person('recover')).toBe(0);
      expect(await world.person('resume', 'actions')).toBe(0);
      await decide(2);
      expect(await actionCount()).toBe(before + 2);
    },
    testLimitMs,
  );
});

describe('an engine whose Temporal alone loses its file', () => {
  it(
    'goes on without anybody, asks anew, and does nothing twice',
    async () => {
      const before = await actionCount();
      await work(world, 1);
      await approveAll(world);
      await work(world, 1);
      await world.engine.stop();
      await loseTemporal(world);
      await world.engine.start();
      expect(await stops(world)).toEqual([]);
      await world.insist(world.plain(2));
      await decide(1);
      expect(await actionCount()).toBe(before + 2);
    },
    testLimitMs,
  );
});

describe('after all of it', () => {
  it(
    'the old logs are kept, the new one verifies, and no planted secret lies anywhere',
    async () => {
      const entries = await sequenced(world);
      await world.engine.stop();
      expect(await ledgerFaults(world, entries)).toEqual([]);
      const names = await readdir(`${world.dataDir}/ledger/past`);
      expect(names.toSorted()).toEqual(['1', expect.stringMatching(/^2-/)]);
      for (const name of names) {
        const past = `${world.dataDir}/ledger/past/${name}`;
        const key = (await readFile(`${past}/verifier-key`, 'utf8')).trim();
        expect((await verifyLog(past, { publicKeys: [key] })).problems).toEqual([]);
      }
      expect(await leaksAtRest(world)).toEqual([]);
    },
    testLimitMs,
  );
});
