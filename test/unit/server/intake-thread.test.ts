import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../platform/config.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Elsewhere } from '../../../server/engine.ts';
import { startIntakeThread } from '../../../server/intake-thread.ts';
import type { ThreadOrder } from '../../../server/intake-thread-messages.ts';
import type { ComponentStatus } from '../../../server/supervise.ts';

/** Takes the port that it is told, or one of its own; repeats what it hears of the engine. */
const double = `
  const { parentPort, workerData } = require('node:worker_threads');
  const port = workerData.listen.port || 4711;
  parentPort.on('message', (message) => {
    if (message.kind === 'stop') process.exit(0);
    if (message.kind === 'look') parentPort.postMessage({ kind: 'heard', message });
  });
  parentPort.postMessage({ kind: 'look', id: 7 });
  parentPort.postMessage({ kind: 'ready', url: 'http://127.0.0.1:' + port });
`;
const dead = `throw new Error('no room for a thread')`;

const engine: Elsewhere = {
  statuses: async () => [{ name: 'dispatcher', state: 'up', restarts: 0, detail: '' }],
  metrics: async () => [[{ name: 'sallyport_lag_seconds' }]],
};

interface Stage {
  readonly orders: ThreadOrder[];
  readonly workers: Worker[];
  readonly changes: ComponentStatus[];
  readonly messages: object[];
  readonly start: () => ReturnType<typeof startIntakeThread>;
  reached(isIt: () => boolean): Promise<void>;
}

function stage(code: string): Stage {
  const orders: ThreadOrder[] = [];
  const workers: Worker[] = [];
  const changes: ComponentStatus[] = [];
  const messages: object[] = [];
  let look = (): void => undefined;
  const start = (): ReturnType<typeof startIntakeThread> =>
    startIntakeThread(
      {
        configPath: 'sallyport.yaml',
        environment: readEnvironment(),
        variables: {},
        listen: { host: '127.0.0.1', port: 0 },
        clock: systemClock,
        onChange: (status) => {
          changes.push(status);
          look();
        },
        engine,
      },
      (order) => {
        orders.push(order);
        const worker = new Worker(code, { eval: true, workerData: order });
        workers.push(worker);
        worker.on('message', (message: object) => {
          messages.push(message);
          look();
        });
        return worker;
      },
    );
  const reached = (isIt: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (isIt()) resolve();
      };
      look();
    });
  return { orders, workers, changes, messages, start, reached };
}

describe('the thread of intake', () => {
  it('says where it listens, and is stopped', async () => {
    const { start, workers } = stage(double);
    const front = await start();
    expect(front.url).toBe('http://127.0.0.1:4711');
    expect(front.statuses()).toMatchObject([{ name: 'intake-thread', state: 'up' }]);
    await front.close();
    expect(workers[0]?.threadId).toBe(-1);
    // What stops everything stops it once more.
    await front.close();
  });

  it('comes back at the same address after it died', async () => {
    const { start, workers, orders, changes, reached } = stage(double);
    const front = await start();
    await workers[0]?.terminate();
    await reached(() => changes.some(({ state, restarts }) => state === 'up' && restarts === 1));
    expect(orders.map(({ listen, isFirst }) => [listen.port, isFirst])).toEqual([
      [0, true],
      [4711, false],
    ]);
    await front.close();
  });

  it('hears how the rest of the engine is', async () => {
    const { start, messages, reached } = stage(double);
    const front = await start();
    const heard = (): object | undefined =>
      messages.find((each) => 'kind' in each && each.kind === 'heard');
    await reached(() => heard() !== undefined);
    const said = { statuses: await engine.statuses(), metrics: await engine.metrics() };
    expect(heard()).toMatchObject({ message: { id: 7, ...said } });
    await front.close();
  });

  it('fails the start with what went wrong, if it never comes up', async () => {
    const { start } = stage(dead);
    await expect(start()).rejects.toThrow('no room for a thread');
  });
});
