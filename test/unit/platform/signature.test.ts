import { mkdtemp, rm, stat, chmod, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSigningKey,
  isPublicKey,
  keyIdOf,
  readKeyFile,
  reasonDigest,
  signingKeyFromPem,
  verifyText,
  writeKeyFile,
} from '../../../platform/signature.ts';

const { key, pem } = createSigningKey();

describe('a signature', () => {
  it('fits its message and its key, and no other', () => {
    const signature = key.sign('order');
    expect(verifyText('order', signature, key.publicKey)).toBe(true);
    expect(verifyText('other', signature, key.publicKey)).toBe(false);
    expect(verifyText('order', signature, createSigningKey().key.publicKey)).toBe(false);
  });

  it('has one spelling', () => {
    const signature = key.sign('order');
    for (const bad of [
      signature.slice(0, -2),
      `${signature}\n`,
      ` ${signature}`,
      signature.replaceAll('=', ''),
      `${signature}AAAA`,
      '',
    ]) {
      expect(verifyText('order', bad, key.publicKey)).toBe(false);
    }
    expect(verifyText('order', signature, key.publicKey.replaceAll('=', ''))).toBe(false);
  });

  it('is never accepted from a key that has no secret', () => {
    const weak = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]).toString('base64');
    const anything = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]).toString('base64');
    expect(isPublicKey(weak)).toBe(false);
    expect(verifyText('any message at all', anything, weak)).toBe(false);
    expect(isPublicKey(key.publicKey)).toBe(true);
  });

  it('is the one of RFC 8032, section 7.1, test 2', () => {
    const publicKey = Buffer.from(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      'hex',
    ).toString('base64');
    const signature = Buffer.from(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      'hex',
    ).toString('base64');
    expect(verifyText('r', signature, publicKey)).toBe(true);
  });
});

describe('a reason', () => {
  it('is bound together with its nonce', () => {
    expect(reasonDigest('a', 'bc')).not.toBe(reasonDigest('ab', 'c'));
    expect(reasonDigest('a', 'b')).toBe(
      '59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138',
    );
  });
});

describe('a key file', () => {
  let dir = '';
  beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'key-'))));
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is for its owner only and gives back the same key', async () => {
    const path = join(dir, 'erin.pem');
    await writeKeyFile(path, pem);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const read = await readKeyFile(path);
    expect(read.keyId).toBe(key.keyId);
    expect(keyIdOf(read.publicKey)).toBe(key.keyId);
  });

  it('is never overwritten', async () => {
    await expect(writeKeyFile(join(dir, 'erin.pem'), pem)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('that others may read is refused', async () => {
    const path = join(dir, 'open.pem');
    await writeFile(path, pem);
    await chmod(path, 0o644);
    await expect(readKeyFile(path)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('that is missing or no Ed25519 key says so', async () => {
    await expect(readKeyFile(join(dir, 'none.pem'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(() => signingKeyFromPem('not a key')).toThrow(/no readable private key/);
  });
});
