import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/repository.ts';
import type { Alert } from './alerts.ts';
import { openGates } from './rounds.ts';
import { eventually, isAtRest } from './world.ts';
import type { World } from './world.ts';

const run = promisify(execFile);
const restLimitMs = 120_000;
const verbLimitMs = 120_000;

/** `sallyport` as an operator types it, over the data directory of this world. Throws where it does not exit with 0. */
export async function operate(world: World, ...words: readonly string[]): Promise<string> {
  const config = join(root, 'test', 'faults', 'config', 'sallyport.yaml');
  const { stdout } = await run(
    process.execPath,
    [join(root, 'cli', 'main.ts'), ...words, '--data', world.dataDir, '--config', config],
    { timeout: verbLimitMs, env: { ...process.env, FAULTS_PORT: '0' } },
  );
  return stdout;
}

export const copyDir = (world: World, name: string): string =>
  join(world.dataDir, '..', `${world.dataDir.split('/').at(-1) ?? ''}-${name}`);

export async function loseTemporal(world: World): Promise<void> {
  for (const end of ['', '-wal', '-shm', '-journal'])
    await rm(join(world.dataDir, 'temporal', `temporal.db${end}`), { force: true });
}

/** Work of every kind: tickets, a count, and gates that wait. */
export async function work(world: World, gates: number): Promise<readonly Alert[]> {
  const alerts = [
    ...world.plain(4),
    world.repeated(),
    ...Array.from({ length: gates }, () => world.contained()),
  ];
  const before = (await openGates(world)).length;
  await world.insist(alerts);
  await eventually(
    async () =>
      (await openGates(world)).length === before + gates && (await isAtRest(world.engine)),
    restLimitMs,
  );
  return alerts;
}

export const atRest = (world: World): Promise<boolean> =>
  eventually(() => isAtRest(world.engine), restLimitMs);

export const stops = (world: World): Promise<readonly { scope: string }[]> =>
  world.engine.query(
    `select scope from switches where stopped union all select 'restored' from engine_facts where name = 'restored'`,
  );
