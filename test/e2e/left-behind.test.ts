import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordChild } from '../../server/child-end.ts';
import { spawnHeld } from '../../server/held-child.ts';
import { takeLock } from '../../server/lock.ts';
import { endRecorded, isRunning, recordOf, writeRecord } from '../../server/process-record.ts';
import type { ProcessRecord } from '../../server/process-record.ts';

const moduleAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const lockModule = moduleAt('../../server/lock.ts');
const heldModule = moduleAt('../../server/held-child.ts');
const childModule = moduleAt('../../server/child-end.ts');
const ending = { signal: 'SIGTERM', graceMs: 5_000 } as const;
let dir = '';
let children: ChildProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-left-'));
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await rm(dir, { recursive: true, force: true });
});

/** A process that says a line when it is ready and then waits for its end. */
async function child(code: string): Promise<{ child: ChildProcess; record: ProcessRecord }> {
  const started = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `${code}; process.stdout.write('ready\\n'); setInterval(() => {}, 1e6);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(started);
  await once(started.stdout, 'data');
  const record = await recordOf(started.pid ?? 0);
  if (record === null) throw new Error('the child is not there');
  return { child: started, record };
}

const holder = (): Promise<{ child: ChildProcess; record: ProcessRecord }> =>
  child(
    `import { takeLock } from ${JSON.stringify(lockModule)}; await takeLock(${JSON.stringify(dir)})`,
  );

describe('the lock of a data directory', () => {
  it('refuses a second engine and names the first', async () => {
    const { record } = await holder();
    await expect(takeLock(dir)).rejects.toThrow(`in use by process ${record.pid}`);
  });

  it('is taken over from an engine that was killed', async () => {
    const { child: first } = await holder();
    const gone = once(first, 'exit');
    first.kill('SIGKILL');
    await gone;
    const lock = await takeLock(dir);
    await expect(takeLock(dir)).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
  });

  it('is taken over where its number now belongs to another process', async () => {
    await writeFile(
      join(dir, 'lock.1'),
      JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }),
    );
    await (await takeLock(dir)).release();
  });

  it('is taken over where it was cut short', async () => {
    await writeFile(join(dir, 'lock.1'), '{"pid":');
    await (await takeLock(dir)).release();
  });

  it('is free again once it is released', async () => {
    await (await takeLock(dir)).release();
    await (await takeLock(dir)).release();
  });

  it('goes to one of many that want it at once', async () => {
    await writeFile(
      join(dir, 'lock.1'),
      JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }),
    );
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(dir)));
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a process that a killed engine left running', () => {
  it('is ended by its record, and the record goes with it', async () => {
    const { record } = await child('');
    const path = join(dir, 'server.json');
    await writeRecord(path, record);
    expect(await endRecorded(path, ending)).toBe('ended');
    expect(await isRunning(record)).toBe(false);
    expect(await endRecorded(path, ending)).toBe('gone');
  });

  it('is killed where it does not listen', async () => {
    const { record } = await child("process.on('SIGTERM', () => {})");
    const path = join(dir, 'server.json');
    await writeRecord(path, record);
    expect(await endRecorded(path, { ...ending, graceMs: 100 })).toBe('killed');
    expect(await isRunning(record)).toBe(false);
  });

  it('is left alone where only its number is the same', async () => {
    const { record } = await child('');
    const path = join(dir, 'server.json');
    await writeRecord(path, { ...record, startedAt: 'another boot/1' });
    expect(await endRecorded(path, ending)).toBe('gone');
    expect(await isRunning(record)).toBe(true);
  });
});

describe('a process that its engine has not yet written down', () => {
  const leavesMark = (): readonly string[] => [
    '--eval',
    `require('node:fs').writeFileSync(${JSON.stringify(join(dir, 'mark'))}, ''); setInterval(() => {}, 1e6);`,
  ];
  const isThere = async (pid: number): Promise<boolean> => (await recordOf(pid)) !== null;

  it('ends with an engine that is killed then, and has not run', async () => {
    const code = `
      import { writeSync } from 'node:fs';
      import { spawnHeld } from ${JSON.stringify(heldModule)};
      const held = spawnHeld(process.execPath, ${JSON.stringify(leavesMark())}, {});
      writeSync(1, String(held.pid));
      process.kill(process.pid, 'SIGKILL');`;
    const engine = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(engine);
    const [said] = (await once(engine.stdout, 'data')) as [Buffer];
    await expect.poll(() => isThere(Number(said.toString()))).toBe(false);
    expect(existsSync(join(dir, 'mark'))).toBe(false);
  });

  it('runs as the process that the record names, once there is one', async () => {
    const held = spawnHeld(process.execPath, leavesMark(), {});
    children.push(held);
    const recordPath = join(dir, 'server.json');
    const running = await recordChild(held, { recordPath, ending });
    await expect.poll(() => existsSync(join(dir, 'mark'))).toBe(true);
    expect(await endRecorded(recordPath, ending)).toBe('ended');
    expect(await running.ended).toBe('signal SIGTERM');
  });

  it.each([
    ['cannot be made', `take(); const held = make();`, 'spawn /bin/sh EMFILE'],
    ['cannot be looked at', `const held = make(); take();`, 'exit code 1'],
  ])('that %s, for want of file descriptors, has not run, and says so', async (_, steps, said) => {
    const code = `
      import { openSync } from 'node:fs';
      import { recordChild } from ${JSON.stringify(childModule)};
      import { spawnHeld } from ${JSON.stringify(heldModule)};
      const make = () => spawnHeld(process.execPath, ${JSON.stringify(leavesMark())}, {});
      const take = () => { try { for (;;) openSync('/dev/null'); } catch {} };
      process.stdout.write('');
      ${steps}
      const options = { recordPath: ${JSON.stringify(join(dir, 'server.json'))}, ending: ${JSON.stringify(ending)} };
      process.stdout.write(await (await recordChild(held, options)).ended);`;
    const engine = spawn(
      'sh',
      ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', code],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(engine);
    expect(await text(engine.stdout)).toBe(said);
    expect(existsSync(join(dir, 'mark'))).toBe(false);
  });
});
