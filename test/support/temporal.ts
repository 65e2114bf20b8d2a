import { existsSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  temporalArguments,
  temporalEnvironment,
  temporalReady,
} from '../../server/temporal-process.ts';
import { freePort } from '../../server/free-port.ts';
import { partitionsAnew } from '../../server/temporal-partitions.ts';
import { endGuarded, letGo, spawnGuarded } from './guarded-process.ts';

export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  stop(): Promise<void>;
}

const namespace = 'sallyport';
const portTriesMax = 5;

/** A real dev server in memory, with the settings of the embedded stack. It dies with the process, however that ends. */
export async function startTestTemporal(): Promise<TestTemporal> {
  const binary = await temporalBinary();
  for (let attempt = 1; ; attempt += 1) {
    const dir = await mkdtemp(join(tmpdir(), 'sallyport-temporal-'));
    const port = await freePort(0);
    const flags = temporalArguments({
      port,
      namespace,
      partitions: partitionsAnew,
      file: null,
      uiPort: null,
    });
    const child = spawnGuarded({
      command: [binary, ...flags],
      dir,
      signal: 'KILL',
      env: temporalEnvironment(dir),
    });
    try {
      await temporalReady(child);
      letGo(child);
      return { address: `127.0.0.1:${port}`, namespace, stop: () => endGuarded(child) };
    } catch (error) {
      if (attempt === portTriesMax) throw error;
    }
  }
}

/** The bootstrap names it; without a bootstrap: PATH, then whatever the bootstrap once left in its cache. */
export async function temporalBinary(): Promise<string> {
  const named = process.env['SALLYPORT_TEMPORAL_CLI'] ?? process.env['TEMPORAL_CLI'];
  if (named !== undefined) return named;
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, 'temporal'));
  const found = [...onPath, ...(await cached())].find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('no temporal CLI: set TEMPORAL_CLI or run `npm start` once');
  return found;
}

async function cached(): Promise<readonly string[]> {
  const cache =
    process.env['SALLYPORT_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sallyport');
  const names = await readdir(cache).catch(() => []);
  return names
    .flatMap((name) => [join(cache, name, 'temporal'), join(cache, name, 'bin', 'temporal')])
    .sort()
    .reverse();
}
