import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
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
  // `wx`: two processes that start together must not end up with two keys.
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    if (isCode(error, 'EEXIST')) return null;
    throw error;
  });
  if (file === null) return readFile(path, 'utf8');
  await file.writeFile(privateKey);
  await file.sync();
  await file.close();
  return privateKey;
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  });
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
