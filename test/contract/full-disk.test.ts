import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { recordChild } from '../../server/child-end.ts';
import { outputKeeper } from '../../server/child-output.ts';
import { spawnHeld } from '../../server/held-child.ts';
import { recordOf } from '../../server/process-record.ts';

/** Every write to it fails with ENOSPC. */
const full = '/dev/full';
const sleeper = ['--eval', 'setInterval(() => undefined, 1000)'];

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-full-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe.skipIf(!existsSync(full))('where the disk is full', () => {
  it('whoever logs goes on', () => {
    const logger = createLogger({
      level: 'info',
      file: full,
      process: 'test',
      redactText: (text) => text,
    });
    expect(() => logger.error('nobody will read this')).not.toThrow();
  });

  it('a server that has much to say is read on and does not stand still', async () => {
    const child = spawn(process.execPath, [
      '--eval',
      'process.stderr.write("x".repeat(4e6), () => process.exit(7))',
    ]);
    outputKeeper(full)(child.stderr);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(7);
  });
});

describe('a child', () => {
  it('that cannot be written down is ended, so that its successor does not meet it', async () => {
    const child = spawnHeld(process.execPath, sleeper, {});
    const ending = { signal: 'SIGTERM', graceMs: 5_000 } as const;
    const recordPath = join(dir, 'no-such-folder', 'child.json');
    await expect(recordChild(child, { recordPath, ending })).rejects.toThrow('ENOENT');
    expect(await recordOf(child.pid ?? 0)).toBeNull();
  });

  it('leaves what it says in the file that it was given', async () => {
    const path = join(dir, 'child.log');
    const child = spawn(process.execPath, ['--eval', 'process.stderr.write("last words")']);
    outputKeeper(path)(child.stderr);
    await expect.poll(() => readFile(path, 'utf8').catch(() => '')).toBe('last words');
  });
});
