import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import { createPrivateFile } from '../platform/private-file.ts';
import { createNoteSigner } from './note.ts';
import type { NoteSigner } from './note.ts';

/** Loads the log's Ed25519 key (PKCS#8 PEM), or makes one, readable by its owner only. `name` is the log's origin. */
export async function openLogKey(path: string, name: string): Promise<NoteSigner> {
  await mkdir(dirname(path), { recursive: true });
  const pem = (await readIfThere(path)) ?? (await makeKey(path));
  try {
    return createNoteSigner(name, createPrivateKey(pem));
  } catch (error) {
    throw new SallyportError(
      'CONFIG_INVALID',
      `the log key at ${path} is not an Ed25519 private key in PEM`,
      { cause: error },
    );
  }
}

async function makeKey(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  // Two processes that start together must not end up with two keys, and a killed one must not leave half a key.
  return (await createPrivateFile(path, privateKey)) ? privateKey : readFile(path, 'utf8');
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  });
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
