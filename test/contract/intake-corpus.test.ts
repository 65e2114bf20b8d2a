import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const scorer = fileURLToPath(new URL('../../../shared/alerts/score.mjs', import.meta.url));
const reader = fileURLToPath(new URL('../support/intake-try.ts', import.meta.url));
async function score(flags: readonly string[]): Promise<string> {
  const command = [process.execPath, reader, 'try', '--jsonl', ...flags];
  const quoted = command.map((word) => `'${word}'`).join(' ');
  const { stdout } = await promisify(execFile)(process.execPath, [scorer, '--cmd', quoted]);
  return stdout;
}

const shareOf = (stdout: string, row: string): number =>
  Number(new RegExp(`^${row} +([\\d.]+) %`, 'm').exec(stdout)?.[1]);

describe.skipIf(!existsSync(scorer))('real payloads (needs ../shared/alerts)', () => {
  test('of all formats are read as a careful person reads them', async () => {
    const stdout = await score([]);
    expect(shareOf(stdout, 'count')).toBe(100);
    expect(shareOf(stdout, 'all fields')).toBeGreaterThanOrEqual(99);
    expect(stdout).toContain('without an answer 0');
  }, 60_000);

  test('are mostly read by the generic reader alone', async () => {
    const stdout = await score(['--generic']);
    expect(shareOf(stdout, 'all fields')).toBeGreaterThanOrEqual(88);
    expect(stdout).toContain('without an answer 0');
  }, 60_000);
});
