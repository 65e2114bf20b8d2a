import { randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { SallyportError } from '../domain/errors.ts';

const othersMayRead = 0o077;

/**
 * Reads a small file that holds a secret. NOT_FOUND, or REQUEST_INVALID where it is too large.
 * SECURITY: what other accounts of the machine can read proves nothing about who uses it, and is refused. The mode is
 * that of the opened file, so that nobody can swap it in between.
 */
export async function readPrivateFile(path: string, bytesMax: number): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new SallyportError('NOT_FOUND', `${path} cannot be opened`, { cause: error });
  });
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > bytesMax)
      throw new SallyportError('REQUEST_INVALID', `${path} is no small file`);
    if ((facts.mode & othersMayRead) !== 0)
      throw new SallyportError(
        'REQUEST_INVALID',
        `${path} can be read by others; set its mode to 0600`,
      );
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

const ownerOnly = 0o600;

/**
 * Makes a file that only its owner reads. It appears whole or, if this process is killed, not at all, and is on disk
 * then. False where there is one already: that one stays as it is.
 */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(aside, 'wx', ownerOnly);
    try {
      await file.chmod(ownerOnly);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link never replaces what is there.
    await link(aside, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
