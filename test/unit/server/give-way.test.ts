import { getPriority } from 'node:os';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { giveWay } from '../../../server/give-way.ts';

const niceness = 10;
const noSuchPid = 2 ** 22 + 1;

/** A thread that makes one, gives way, and makes another: how each of them ranks. */
const family = `
  const { parentPort, Worker, workerData } = require('node:worker_threads');
  const { getPriority } = require('node:os');
  const child = () => new Promise((resolve) => {
    const worker = new Worker("require('node:worker_threads').parentPort.postMessage(require('node:os').getPriority())", { eval: true });
    worker.once('message', resolve);
  });
  import(workerData).then(async ({ giveWay }) => {
    const elder = child();
    giveWay(0);
    parentPort.postMessage([await elder, getPriority(), await child()]);
  });
`;

describe.runIf(process.platform === 'linux')('giving way', () => {
  it('lowers a thread and those that it makes from then on, and none that it made before', async () => {
    const own = getPriority();
    const place = new URL('../../../server/give-way.ts', import.meta.url).href;
    const [ranks] = await once(new Worker(family, { eval: true, workerData: place }), 'message');
    const lowered = Math.max(own, niceness);
    expect(ranks).toEqual([own, lowered, lowered]);
    expect(getPriority()).toBe(own);
  });

  it('is no error where it may not be done', () => {
    expect(() => giveWay(noSuchPid)).not.toThrow();
  });

  it('lowers nobody for a process that never came to be', () => {
    const own = getPriority();
    giveWay(undefined);
    expect(getPriority()).toBe(own);
  });
});
