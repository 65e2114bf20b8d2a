import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const lockModule = new URL('../../../bootstrap/lock.mjs', import.meta.url).href;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that, under the lock, reads a counter, lets others run, and writes it back one higher. */
const count = (): Promise<unknown> =>
  run(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { readFileSync, writeFileSync } from 'node:fs';
     import { withLock } from ${JSON.stringify(lockModule)};
     await withLock(${JSON.stringify(folder)}, 'count', async () => {
       const seen = Number(readFileSync('counter', 'utf8'));
       for (let turn = 0; turn < 50; turn += 1) await new Promise((next) => setImmediate(next));
       writeFileSync('counter', String(seen + 1));
     });`,
    ],
    { cwd: folder },
  );

describe('the lock of the bootstrap', () => {
  it('lets one process at a time do the work', async () => {
    writeFileSync(join(folder, 'counter'), '0');
    await Promise.all([count(), count(), count()]);
    expect(readFileSync(join(folder, 'counter'), 'utf8')).toBe('3');
  });

  it('is taken over from a process that is gone', async () => {
    writeFileSync(join(folder, 'counter'), '0');
    leaveLockOf({ pid: 2 ** 22 + 1, started: '1' });
    await count();
    expect(readFileSync(join(folder, 'counter'), 'utf8')).toBe('1');
  });

  it('is taken over where its pid was given to another process since', async () => {
    writeFileSync(join(folder, 'counter'), '0');
    leaveLockOf({ pid: process.pid, started: 'another time' });
    await count();
    expect(readFileSync(join(folder, 'counter'), 'utf8')).toBe('1');
  });
});

function leaveLockOf(owner: { pid: number; started: string }): void {
  const lock = join(folder, 'locks', 'count.lock');
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, 'owner.json'), JSON.stringify(owner));
}
