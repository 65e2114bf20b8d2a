import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPrivateFile } from '../../platform/private-file.ts';

const module = fileURLToPath(new URL('../../platform/private-file.ts', import.meta.url));
const bytes = 32 * 1_048_576;
let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-private-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('a private file', () => {
  it('is there whole or not at all when its writer is killed', async () => {
    const path = join(dir, 'key');
    const code = `import { createPrivateFile } from ${JSON.stringify(module)};
      await createPrivateFile(${JSON.stringify(path)}, 'k'.repeat(${bytes}));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: 'inherit',
    });
    const ended = once(child, 'exit');
    while ((await readdir(dir)).length === 0) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGKILL');
    await ended;
    const size = await stat(path).then(
      (facts) => facts.size,
      () => null,
    );
    expect([null, bytes]).toContain(size);
  });

  it('is read by its owner only, and nothing lies beside it', async () => {
    expect(await createPrivateFile(join(dir, 'key'), 'one')).toBe(true);
    expect((await stat(join(dir, 'key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['key']);
  });

  it('is never replaced: of several who make it, one does', async () => {
    const texts = ['one', 'two', 'three', 'four'];
    const made = await Promise.all(texts.map((text) => createPrivateFile(join(dir, 'key'), text)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await readFile(join(dir, 'key'), 'utf8')).toBe(texts[made.indexOf(true)]);
  });
});
