import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyringOf, loadOrCreateKeyring } from '../../../platform/keyring.ts';
import { hideSecret } from '../../../platform/secrets.ts';
import type { Secret } from '../../../platform/secrets.ts';

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

describe('a process that needs some of the keys', () => {
  it('keeps only those, and is content with a file that holds no others', () => {
    loadOrCreateKeyring(file());
    const { schema, codec } = JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;
    writeFileSync(file(), JSON.stringify({ schema, codec }));
    const rings = loadOrCreateKeyring(file(), ['codec']);
    expect(rings.codec.current).toBe('k1');
    expect([rings.token, rings.vault]).toEqual([
      { current: '', keys: {} },
      { current: '', keys: {} },
    ]);
    expect(() => loadOrCreateKeyring(file(), ['codec', 'vault'])).toThrow('key ring vault');
  });

  it('makes no file where it needs none', () => {
    loadOrCreateKeyring(file(), []);
    expect(() => statSync(file())).toThrow('ENOENT');
  });
});

describe('keys as secrets of their own', () => {
  const key = (id: string, fill: number): { id: string; secret: Secret } => ({
    id,
    secret: hideSecret(Buffer.alloc(32, fill).toString('base64')),
  });

  it('the first of a ring is current, the others stay for reading', () => {
    const rings = keyringOf({ token: [], vault: [], codec: [key('k2', 2), key('k1', 1)] }, [
      'codec',
    ]);
    expect(rings.codec.current).toBe('k2');
    expect(rings.codec.keys['k1']).toEqual(Buffer.alloc(32, 1));
  });

  it('a ring that is needed and has no key is refused', () => {
    const keys = { token: [], vault: [], codec: [key('k1', 1)] };
    expect(() => keyringOf(keys)).toThrow('key ring token');
  });
});
