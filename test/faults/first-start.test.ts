import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../server/free-port.ts';
import { killRecorded } from '../../server/process-record.ts';
import { senderSecret } from './alerts.ts';
import { createEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { eventually } from './world.ts';

let dataDir = '';
let engine: Engine;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sallyport-faults-'));
  const nowhere = 'http://127.0.0.1:9';
  const variables = {
    FAULTS_SECRET: senderSecret,
    FAULTS_DESK_URL: nowhere,
    FAULTS_EDR_URL: nowhere,
  };
  engine = createEngine({ dataDir, port: await freePort(0), variables });
});
afterEach(async () => {
  await engine.stop();
  killRecorded(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

/** The PostgreSQL cluster is being made: its folder has files, whatever it is called, and no server runs yet. */
async function makesCluster(): Promise<boolean> {
  const names = await readdir(join(dataDir, 'postgres'), { recursive: true });
  return names.some((name) => name.endsWith('global'));
}

const startsTemporal = (): Promise<boolean> =>
  access(join(dataDir, 'temporal', 'temporal.db')).then(() => true);

const limitMs = 60_000;

describe('a very first start that is killed', () => {
  it.each([
    ['while PostgreSQL makes its cluster', makesCluster],
    ['while Temporal makes its database', startsTemporal],
  ])('%s is followed by one that works', async (_, isSo) => {
    const first = engine.start();
    expect(await eventually(isSo, limitMs)).toBe(true);
    await engine.killTree();
    expect(await first).toBe('dead');
    expect(await engine.start()).toBe('ready');
  });
});
