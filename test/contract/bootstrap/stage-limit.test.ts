import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runStage } from '../../../bootstrap/test/run-stage.mjs';
import { recordOf } from '../../../server/process-record.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-stage-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const limitMs = 5_000;

/** Starts a server in a session of its own, as the engine does with its servers, and hangs. */
const hanging = `
  const { spawn } = require('node:child_process');
  const server = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], { detached: true, stdio: 'ignore' });
  require('node:fs').writeFileSync(process.argv[1], String(server.pid));
  setInterval(() => undefined, 1000);`;

it('a stage that hangs goes with the servers that it started', async () => {
  const file = join(dir, 'pid');
  const stage = {
    name: 'hanging',
    what: '',
    kind: 'check',
    args: ['--eval', hanging, file],
    limitMs,
  };
  const { tally } = await runStage(stage);
  expect(tally).toMatchObject({ passed: 0, failed: 1 });
  const pid = Number(await readFile(file, 'utf8'));
  expect(pid).toBeGreaterThan(1);
  await expect.poll(() => recordOf(pid), { timeout: 10_000 }).toBeNull();
}, 60_000);
