import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tilePath } from '../../audit/tiles.ts';
import { aSigner, someBodies, writeTestLog } from '../support/audit-log.ts';

const run = promisify(execFile);
const unavailable = 'Go or its module proxy is not at hand';
const signer = aSigner();
let dir: string;
let binary: string | null;

/** Null where Go is not at hand, or its module proxy is not: the other verifier is a cross-check, not a need. */
async function build(target: string): Promise<string | null> {
  const cwd = new URL('../support/tlog-go/', import.meta.url).pathname;
  try {
    await run('go', ['build', '-o', target, '.'], { cwd, timeout: 100_000 });
    return target;
  } catch {
    return null;
  }
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-go-'));
  binary = await build(join(dir, 'tlog'));
}, 110_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("Go's note and tlog packages", () => {
  test.for([1, 2, 255, 256, 257, 1_000, 66_000])(
    'accept our log of %i entries: signature, every entry, tiles and proofs',
    async (size, { skip }) => {
      if (binary === null) return skip(unavailable);
      const log = join(dir, `log-${size}`);
      await writeTestLog(log, someBodies(size), { signer, step: 8_192 });
      const { stdout } = await run(binary, [signer.verifierKey, log]);
      expect(stdout).toBe(
        `ok ${size} ${(await readFile(join(log, 'checkpoint'), 'utf8')).split('\n')[2]}\n`,
      );
    },
  );

  test('refuse our log when a byte of an entry is flipped', async ({ skip }) => {
    if (binary === null) return skip(unavailable);
    const log = join(dir, 'log-flipped');
    await writeTestLog(log, someBodies(300), { signer });
    const path = join(log, tilePath('entries', 0, 256));
    const bundle = await readFile(path);
    bundle[100] = (bundle[100] ?? 0) ^ 1;
    await writeFile(path, bundle);
    await expect(run(binary, [signer.verifierKey, log])).rejects.toThrow();
  });
});
