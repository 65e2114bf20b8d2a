import { open } from 'node:fs/promises';
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
