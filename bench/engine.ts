import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../bootstrap/cache.mjs';
import { engineFlags } from '../bootstrap/engine-flags.mjs';
import { runtimeOf } from '../bootstrap/prepare.mjs';
import { provideWorkflowBundle } from '../bootstrap/steps/workflow-bundle.mjs';
import { freePort } from '../server/free-port.ts';
import { clusterUrl } from '../server/postgres-cluster.ts';
import { killRecorded } from '../server/process-record.ts';
import { openDatabase, type Database } from '../store/database.ts';
import type { Target } from './load.ts';
import { processTree } from './processes.ts';

const home = fileURLToPath(new URL('..', import.meta.url));
export const benchSecret = 'bench-secret-0123456789abcdef';
const readyWaitMs = 120_000;

export interface BenchEngine {
  readonly target: Target;
  readonly dataDir: string;
  readonly readyMs: number;
  /** Its embedded PostgreSQL, to count what no API tells. */
  database(): Promise<Database>;
  /** Of everything that it keeps. */
  bytesOnDisk(): Promise<number>;
  /** The engine and its servers: Node, PostgreSQL, Temporal. */
  pids(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** Starts the engine as `sallyport start` does, with the configuration of the measurements, in a folder of its own. */
export async function startBenchEngine(sinkUrl: string): Promise<BenchEngine> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  const port = await freePort(0);
  const env = {
    ...process.env,
    ...runtimeOf(cacheFolder()),
    // Named by the digest of its sources: another one would measure other code.
    SALLYPORT_WORKFLOW_BUNDLE: await provideWorkflowBundle(cacheFolder(), {
      program: process.execPath,
    }),
    BENCH_PORT: String(port),
    BENCH_SECRET: benchSecret,
    BENCH_SINK_URL: sinkUrl,
    BENCH_FALCON_URL: sinkUrl,
    BENCH_FALCON_SECRET: 'fake-client:fake-secret',
  };
  const startedMs = performance.now();
  const args = [
    ...engineFlags,
    ...profiling(),
    join(home, 'cli', 'main.ts'),
    'start',
    '--config',
    join(home, 'bench', 'config', 'sallyport.yaml'),
    '--data',
    dataDir,
    '--no-samples',
  ];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  // The last that is left of it, should we end before it.
  const leave = (): void => {
    child.kill('SIGKILL');
    killRecorded(dataDir);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', leave);
  const stop = async (): Promise<void> => {
    await ended(child);
    leave();
    process.removeListener('exit', leave);
  };
  try {
    await untilReady(child, url);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    target: { url, source: 'bench', secret: benchSecret },
    dataDir,
    readyMs: performance.now() - startedMs,
    database: async () => openDatabase({ url: await databaseUrl(dataDir), connectionsMax: 1 }),
    bytesOnDisk: async () =>
      (await bytesBelow(dataDir)) + (await bytesBelow(await clusterDir(dataDir), dataDir)),
    pids: async () => processTree(child.pid ?? 0, await recordedPids(dataDir)),
    stop,
  };
}

/** `BENCH_PROFILE=DIR` leaves a CPU profile of the engine there. */
function profiling(): readonly string[] {
  const dir = process.env['BENCH_PROFILE'];
  return dir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${dir}`];
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadlineMs = Date.now() + readyWaitMs;
  while (Date.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`the engine ended with ${child.exitCode}`);
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (ready?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the engine did not become ready');
}

/** Servers run detached, so that they outlive a kill of the engine; their pids stand in the data directory. */
async function recordedPids(dataDir: string): Promise<readonly number[]> {
  const names = await readdir(join(dataDir, 'run')).catch(() => []);
  const records = await Promise.all(
    names.map((name) => readFile(join(dataDir, 'run', name), 'utf8').catch(() => '')),
  );
  return records.flatMap((text) => {
    const pid = /"pid":\s*(\d+)/.exec(text)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });
}

const clusterDir = async (dataDir: string): Promise<string> =>
  (await readFile(join(dataDir, 'postgres.path'), 'utf8')).trim();

async function databaseUrl(dataDir: string): Promise<string> {
  const password = await readFile(join(dataDir, 'secrets', 'postgres'), 'utf8');
  const pidFile = await readFile(join(await clusterDir(dataDir), 'postmaster.pid'), 'utf8');
  // Its fourth line is the port.
  return clusterUrl(Number(pidFile.split('\n')[3]), password, 'sallyport');
}

/** Nothing of what lies in `counted` already; files may go while they are counted. */
async function bytesBelow(dir: string, counted?: string): Promise<number> {
  if (counted !== undefined && dir.startsWith(counted)) return 0;
  const paths = await readdir(dir, { recursive: true });
  const stats = await Promise.all(paths.map((path) => lstat(join(dir, path)).catch(() => null)));
  return stats.reduce((sum, stat) => sum + (stat?.isFile() === true ? stat.size : 0), 0);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await end;
}
