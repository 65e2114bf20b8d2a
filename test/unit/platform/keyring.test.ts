import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOrCreateKeyring } from '../../../platform/keyring.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = (): string => join(folder, 'deep', 'keys.json');

describe('the key file', () => {
  it('is made once, for its owner only, and read the same ever after', () => {
    const first = loadOrCreateKeyring(file());
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(loadOrCreateKeyring(file())).toEqual(first);
    expect(
      new Set(
        [first.token, first.vault, first.codec].map((ring) =>
          Buffer.from(ring.keys['k1'] ?? []).toString('hex'),
        ),
      ).size,
    ).toBe(3);
  });

  it('that others may read is closed to them', () => {
    loadOrCreateKeyring(file());
    chmodSync(file(), 0o644);
    loadOrCreateKeyring(file());
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('holds several keys of which one is current', () => {
    loadOrCreateKeyring(file());
    const keys = JSON.parse(readFileSync(file(), 'utf8'));
    keys.token.keys.k2 = Buffer.alloc(32, 5).toString('base64');
    keys.token.current = 'k2';
    writeFileSync(file(), JSON.stringify(keys));
    expect(loadOrCreateKeyring(file()).token.current).toBe('k2');
    expect(Object.keys(loadOrCreateKeyring(file()).token.keys)).toEqual(['k1', 'k2']);
  });

  it.each([
    ['not JSON', 'hello'],
    ['of another schema', '{"schema":2}'],
    [
      'with a short key',
      JSON.stringify({ schema: 1, token: { current: 'k1', keys: { k1: 'AAAA' } } }),
    ],
    [
      'whose current key is missing',
      JSON.stringify({
        schema: 1,
        token: { current: 'k2', keys: { k1: Buffer.alloc(32).toString('base64') } },
      }),
    ],
  ])('%s is refused', (_, text) => {
    loadOrCreateKeyring(file());
    writeFileSync(file(), text);
    expect(() => loadOrCreateKeyring(file())).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
