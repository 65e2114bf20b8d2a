import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { join } from 'node:path';
import { loadConfig } from '../platform/config.ts';
import { armFailpoint } from '../platform/failpoint.ts';
import type { Base } from './base.ts';
import { createBase } from './base.ts';
import { openCatalog } from './catalog.ts';
import { openCore } from './core.ts';
import { startEngine } from './engine.ts';
import type { Assembled, Elsewhere, Engine } from './engine.ts';
import { intakeRole } from './intake-role.ts';
import type { ThreadOrder, ToEngine, ToThread } from './intake-thread-messages.ts';
import { startLaps } from './laps.ts';
import type { ComponentStatus } from './supervise.ts';

/** The thread of `intake-thread.ts`: the intake role as a process of its own runs it in production. */
async function main(port: MessagePort, order: ThreadOrder): Promise<void> {
  const { configPath, environment, variables, listen } = order;
  armFailpoint(environment.failpoint);
  const config = await loadConfig({ path: configPath, environment, variables });
  const base = createBase({
    config,
    process: 'intake',
    workflowBundle: null,
    logFile: join(config.dataDir, 'logs', 'sallyport.log'),
  });
  const engine = await startEngine(base, {
    assemble: assembleIntake,
    laps: startLaps(),
    isPatient: !order.isFirst,
    below: () => [],
    elsewhere: elsewhereBy(port),
    listen,
  });
  stopWhenTold(port, engine);
  port.postMessage({ kind: 'ready', url: engine.url } satisfies ToEngine);
}

/** The workers' parts stay away: their code and their connections would be held twice. */
async function assembleIntake(base: Base): Promise<Assembled> {
  const core = openCore(base);
  try {
    const catalog = await openCatalog(core);
    const parts = [intakeRole({ core, catalog, wake: { call: () => undefined } })];
    return { core, parts, close: () => core.close() };
  } catch (error) {
    await core.close();
    throw error;
  }
}

function stopWhenTold(port: MessagePort, engine: Engine): void {
  port.on('message', (message: ToThread) => {
    if (message.kind === 'stop') void engine.stop().finally(() => port.close());
  });
}

type Look = Extract<ToThread, { kind: 'look' }>;
/** So long the engine's own thread may be busy before it counts as gone. */
const lookLimitMs = 10_000;

function elsewhereBy(port: MessagePort): Elsewhere {
  let last = 0;
  const look = (): Promise<Look | null> => {
    last += 1;
    const id = last;
    return new Promise((resolve) => {
      const timer = setTimeout(end, lookLimitMs, null);
      port.on('message', take);
      function take(message: ToThread): void {
        if (message.kind === 'look' && message.id === id) end(message);
      }
      function end(found: Look | null): void {
        clearTimeout(timer);
        port.off('message', take);
        resolve(found);
      }
      port.postMessage({ kind: 'look', id } satisfies ToEngine);
    });
  };
  return {
    statuses: async () => (await look())?.statuses ?? [silent],
    metrics: async () => (await look())?.metrics ?? [],
  };
}

const silent: ComponentStatus = {
  name: 'engine',
  state: 'down',
  restarts: 0,
  detail: 'it does not answer',
};

if (parentPort !== null) await main(parentPort, workerData as ThreadOrder);
