import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processTree } from '../../bench/processes.ts';
import { engineFlags } from '../../bootstrap/engine-flags.mjs';
import type { Failpoint } from '../../platform/failpoint.ts';
import { clusterUrl } from '../../server/postgres-cluster.ts';
import { until } from '../../server/settle.ts';
import { openDatabase } from '../../store/database.ts';
import { root } from '../support/repository.ts';

export interface EngineOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Left out: `config/sallyport.yaml` beside this file. */
  readonly config?: string;
  /** For the shell that becomes the engine, for example `ulimit -n 256`. */
  readonly before?: string;
}

export type Server = 'postgres' | 'temporal';

/** The real engine as a process of its own, to be killed and started again over one data directory. */
export interface Engine {
  readonly url: string;
  /** Resolves when `/readyz` is 200, or with the death that came before. */
  start(failpoint?: Failpoint): Promise<'ready' | 'dead'>;
  /** The running engine dies at the n-th pass of this point from now on. */
  arm(point: Failpoint, nth?: number): Promise<void>;
  /** True if it died by SIGKILL within the time. */
  killedWithin(limitMs: number): Promise<boolean>;
  kill(): Promise<void>;
  /** Stops and continues it, as a debugger or a frozen machine does. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** With everything that it started, as a machine that loses its power does. */
  killTree(): Promise<void>;
  stop(): Promise<void>;
  /** The recorded pid of an embedded server. */
  pidOf(server: Server): Promise<number>;
  /** How it ended and what it said last; null while it runs. */
  ended(): Promise<string | null>;
  /** Of the engine and everything that it started. */
  pids(): readonly number[];
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

const startLimitMs = 90_000;
const wordsMax = 2_000;

const usualConfig = join(root, 'test', 'faults', 'config', 'sallyport.yaml');

export function createEngine(options: EngineOptions): Engine {
  const { dataDir, port, variables, before = 'true', config = usualConfig } = options;
  const url = `http://127.0.0.1:${port}`;
  const order = join(dataDir, 'failpoint');
  let output = '';
  const lastWords = (): string => output.slice(-wordsMax);
  let child: ChildProcess | null = null;
  let ended: Promise<string> = Promise.resolve('never started');

  async function start(failpoint?: Failpoint): Promise<'ready' | 'dead'> {
    await rm(order, { force: true });
    const args = ['start', '--no-samples', '--verbose', '--data', dataDir, '--config', config];
    const words = [process.execPath, ...engineFlags, join(root, 'cli', 'main.ts'), ...args];
    const started = spawn('sh', ['-c', `${before}; exec "$@"`, 'sh', ...words], {
      env: {
        ...process.env,
        ...variables,
        FAULTS_PORT: String(port),
        // Other engines of this machine may come to our server while one of the two is down: they find nothing of theirs.
        TEMPORAL_NAMESPACE: `faults-${port}`,
        SALLYPORT_FAILPOINT: failpoint ?? `@${order}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let said = '';
    started.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-wordsMax)));
    ended = new Promise((resolve) =>
      // Only then everything that it said has been read.
      started.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`)),
    );
    const isUp = (): boolean => started.exitCode === null && started.signalCode === null;
    const isReadyNow = async (): Promise<boolean> => said.includes('is ready at') && isReady(url);
    // One answer decides: an engine that meets its point right after it was ready was ready.
    let wasReady = false;
    await within(startLimitMs, async () => !isUp() || (wasReady = await isReadyNow()));
    if (wasReady) return 'ready';
    if (isUp())
      throw new Error(
        `the engine was not ready in ${startLimitMs} ms: ${await componentsOf(url)} ${lastWords()}`,
      );
    if ((await ended) !== 'SIGKILL')
      throw new Error(`the engine ended with ${await ended}: ${lastWords()}`);
    return 'dead';
  }

  return {
    url,
    start,
    arm: (point, nth = 1) => writeFile(order, `${point}:${nth}`),
    killedWithin: async (limitMs) => {
      const isUp = (): boolean => child?.exitCode === null && child.signalCode === null;
      await within(limitMs, () => Promise.resolve(!isUp()));
      const how = isUp() ? 'alive' : await ended;
      if (how !== 'SIGKILL' && how !== 'alive')
        throw new Error(`the engine ended with ${how}: ${lastWords()}`);
      return how === 'SIGKILL';
    },
    signal: (name) => void child?.kill(name),
    kill: async () => {
      child?.kill('SIGKILL');
      await ended;
    },
    killTree: async () => {
      processTree(child?.pid ?? 0).forEach(killIfThere);
      await ended;
    },
    stop: async () => {
      child?.kill('SIGTERM');
      await ended;
    },
    ended: async () =>
      child?.exitCode === null && child.signalCode === null
        ? null
        : `${await ended}: ${lastWords()}`,
    pids: () => processTree(child?.pid ?? 0),
    pidOf: async (server) => {
      const record = JSON.parse(await readFile(join(dataDir, 'run', `${server}.json`), 'utf8')) as {
        pid: number;
      };
      return record.pid;
    },
    query: async (text, values) => {
      const db = openDatabase({
        url: await databaseUrl(dataDir),
        connectionsMax: 1,
        name: 'faults',
      });
      return db.query<never>(text, values).finally(() => db.close());
    },
  };
}

const within = (limitMs: number, isSo: () => Promise<boolean>): Promise<boolean> =>
  until(isSo, { signal: new AbortController().signal, limitMs });

export async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  await answer?.arrayBuffer();
  return answer?.status === 200;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // A child of initdb, say: it ended between the look and the signal.
  }
}

/** What `/readyz` says of those that are not up. */
async function componentsOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  const text = (await answer?.text()) ?? 'no answer';
  return text.slice(0, wordsMax);
}

const portLine = 3;

/** PostgreSQL takes a free port at each start of the engine and writes it down. */
async function databaseUrl(dataDir: string): Promise<string> {
  const dir = (await readFile(join(dataDir, 'postgres.path'), 'utf8')).trim();
  const lines = (await readFile(join(dir, 'postmaster.pid'), 'utf8')).split('\n');
  const password = await readFile(join(dataDir, 'secrets', 'postgres'), 'utf8');
  return clusterUrl(Number(lines[portLine]), password, 'sallyport');
}
