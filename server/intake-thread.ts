import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Elsewhere, Front } from './engine.ts';
import { giveWay } from './give-way.ts';
import type { ComponentStatus, Running } from './supervise.ts';
import { supervise } from './supervise.ts';
import type { ToEngine, ToThread, ThreadOrder } from './intake-thread-messages.ts';

const main = fileURLToPath(new URL('./intake-thread-main.ts', import.meta.url));
const stopLimitMs = 8_000;
/** For new objects, which live as long as an alert is on its way. V8 by itself would come to 110 MB; 64 took a tenth off what the thread reads. */
const resourceLimits = { maxYoungGenerationSizeMb: 80 };

export interface IntakeThreadOptions extends Omit<ThreadOrder, 'isFirst'> {
  readonly clock: Clock;
  readonly onChange: (status: ComponentStatus) => void;
  /** What the engine's own thread says of itself. */
  readonly engine: Elsewhere;
}

/**
 * Intake and API on a thread of their own, so that what batches compute holds up no sender and no person. A thread that
 * dies is started again at the same address.
 */
export async function startIntakeThread(
  options: IntakeThreadOptions,
  spawn: (order: ThreadOrder) => Worker = spawnAhead,
): Promise<Front> {
  let { listen } = options;
  let url = '';
  const start = async (): Promise<Running> => {
    const { engine } = options;
    const started = await startThread(spawn(orderOf(options, listen, url === '')), engine);
    url = started.url;
    listen = { ...listen, port: Number(new URL(url).port) };
    return started.running;
  };
  const thread = await supervise({ name: 'intake-thread', start }, options);
  return { url, statuses: () => [thread.status()], close: () => thread.stop() };
}

/** A thread ranks as the one that makes it: this one steps back only then. */
function spawnAhead(order: ThreadOrder): Worker {
  const worker = new Worker(main, { workerData: order, resourceLimits });
  giveWay(0);
  return worker;
}

function orderOf(
  { configPath, environment, variables }: IntakeThreadOptions,
  listen: ThreadOrder['listen'],
  isFirst: boolean,
): ThreadOrder {
  return {
    configPath,
    // A copy: the variables as they are read are no plain object, and cannot be sent.
    environment: { ...environment, variables: { ...environment.variables } },
    variables,
    listen,
    isFirst,
  };
}

async function startThread(
  worker: Worker,
  engine: Elsewhere,
): Promise<{ readonly url: string; readonly running: Running }> {
  const ended = endOf(worker);
  const ready = new Promise<string>((resolve) => {
    worker.on('message', (message: ToEngine) => {
      if (message.kind === 'ready') resolve(message.url);
      else void answer(worker, engine, message.id);
    });
  });
  const url = await Promise.race([
    ready,
    ended.then((how) => {
      throw new SallyportError('STORE_UNAVAILABLE', `intake did not start: ${how}`);
    }),
  ]);
  return { url, running: { ended, stop: () => stopThread(worker, ended) } };
}

/** How it ended, in a few words. */
async function endOf(worker: Worker): Promise<string> {
  let detail = '';
  worker.on('error', (error: unknown) => {
    detail = error instanceof Error ? error.message : String(error);
  });
  const [code] = (await once(worker, 'exit')) as [number];
  return detail === '' ? `exit code ${code}` : detail;
}

async function answer(worker: Worker, engine: Elsewhere, id: number): Promise<void> {
  // A look that fails is none: whoever asked says then that the engine does not answer.
  const look = await Promise.all([engine.statuses(), engine.metrics()]).catch(() => null);
  if (look === null) return;
  const [statuses, metrics] = look;
  worker.postMessage({ kind: 'look', id, statuses, metrics } satisfies ToThread);
}

async function stopThread(worker: Worker, ended: Promise<string>): Promise<void> {
  worker.postMessage({ kind: 'stop' } satisfies ToThread);
  const timer = setTimeout(() => void worker.terminate(), stopLimitMs);
  await ended;
  clearTimeout(timer);
}
