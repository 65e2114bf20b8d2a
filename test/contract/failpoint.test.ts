import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { armFailpoint, failpoints } from '../../platform/failpoint.ts';
import { readEnvironment } from '../../platform/config.ts';
import { filesOfRepository, textOf } from '../support/repository.ts';

const run = promisify(execFile);
const module = fileURLToPath(new URL('../../platform/failpoint.ts', import.meta.url));
let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-failpoint-'));
});
afterEach(async () => {
  armFailpoint(null);
  await rm(dir, { recursive: true, force: true });
});

/** What a process printed that passed `stamp-after-commit` three times, and how it ended. */
async function threePasses(order: string | null): Promise<{ out: string; signal: string | null }> {
  const code = `import { armFailpoint, failpoint } from ${JSON.stringify(module)};
    import { writeSync } from 'node:fs';
    armFailpoint(${JSON.stringify(order)});
    for (const pass of [1, 2, 3]) { failpoint('stamp-after-commit'); writeSync(1, String(pass)); }`;
  return run(process.execPath, ['--input-type=module', '--eval', code]).then(
    ({ stdout }) => ({ out: stdout, signal: null }),
    (error: { stdout: string; signal: string }) => ({ out: error.stdout, signal: error.signal }),
  );
}

describe('a failpoint', () => {
  it('does nothing where none is armed', async () => {
    expect(await threePasses(null)).toEqual({ out: '123', signal: null });
  });

  it('kills the process at its first pass', async () => {
    expect(await threePasses('stamp-after-commit')).toEqual({ out: '', signal: 'SIGKILL' });
  });

  it('kills the process at the pass that was asked for', async () => {
    expect(await threePasses('stamp-after-commit:3')).toEqual({ out: '12', signal: 'SIGKILL' });
  });

  it('lets the passes of other points go by', async () => {
    expect(await threePasses('intake-after-commit')).toEqual({ out: '123', signal: null });
  });

  it('waits for the file that names it', async () => {
    const file = join(dir, 'order');
    expect(await threePasses(`@${file}`)).toEqual({ out: '123', signal: null });
    await writeFile(file, 'stamp-after-commit:2\n');
    expect(await threePasses(`@${file}`)).toEqual({ out: '1', signal: 'SIGKILL' });
  });

  it('is refused where there is none of that name', () => {
    expect(() => armFailpoint('nowhere')).toThrow('there is no failpoint nowhere');
    expect(() => armFailpoint('stamp-after-commit:0')).toThrow('no failpoint');
  });

  it('is named by the environment, and each name is there once', () => {
    expect(readEnvironment({ SALLYPORT_FAILPOINT: 'stamp-after-commit' }).failpoint).toBe(
      'stamp-after-commit',
    );
    expect(new Set(failpoints).size).toBe(failpoints.length);
  });

  it('stands in the code under each name of the table', () => {
    const rooms = ['activities', 'api', 'intake', 'server', 'store'];
    const calls =
      rooms
        .flatMap((room) => filesOfRepository(room))
        .map(textOf)
        .join('\n')
        .match(/failpoint\([^;]+\);/g)
        ?.join('\n') ?? '';
    const stands = (name: string): boolean => {
      const parts = name.split('-');
      const ends = parts.map((_, at) => `}-${parts.slice(at).join('-')}\``);
      return (
        calls.includes(`'${name}'`) ||
        calls.includes(`\`${parts[0]}-\${`) ||
        ends.some((end) => calls.includes(end))
      );
    };
    expect(failpoints.filter((name) => !stands(name))).toEqual([]);
  });
});
