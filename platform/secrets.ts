import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { inspect } from 'node:util';
import { SallyportError } from '../domain/errors.ts';
import { interpolate } from './variables.ts';
import type { Variables } from './variables.ts';

/** A value that never prints itself: not in logs, not in JSON, not in an error. Only `reveal` gives it out. */
export interface Secret {
  reveal(): string;
  /** Always `secretMark`. */
  toString(): string;
}

export const secretMark = '[secret]';

class HiddenText implements Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return secretMark;
  }

  toJSON(): string {
    return secretMark;
  }

  [inspect.custom](): string {
    return secretMark;
  }
}

export function hideSecret(text: string): Secret {
  return Object.freeze(new HiddenText(text));
}

export interface SecretScope {
  readonly variables: Variables;
  /** What relative `file:` paths start from. */
  readonly baseDir: string;
}

/** Larger than any key or certificate chain in use. */
const secretBytesMax = 65_536;
const othersMayRead = 0o007;
const othersMayWrite = 0o002;
/** Names the folder into which the container's runtime mounts secrets. */
const mountedSecrets = 'SALLYPORT_SECRETS';

/**
 * Turns a reference, `${NAME}` or `file:PATH`, into what it refers to; one line end at the end of a file is dropped.
 * Throws CONFIG_INVALID, which names the reference and never the value.
 */
export async function resolveSecret(reference: string, scope: SecretScope): Promise<Secret> {
  const text = reference.startsWith('file:')
    ? await readSecretFile(reference, scope)
    : interpolate(reference, scope.variables);
  if (text === '') throw new SallyportError('CONFIG_INVALID', `the secret ${reference} is empty`);
  return hideSecret(text);
}

/**
 * SECURITY: what every account of the machine can read is no secret. A container has one account, and what mounts secrets
 * into it makes them readable to all: in the folder that is named for that, only writing is forbidden.
 */
function forbiddenMode(path: string, scope: SecretScope): number {
  const mounted = scope.variables[mountedSecrets];
  const isMounted = mounted !== undefined && mounted !== '' && dirname(path) === resolve(mounted);
  return isMounted ? othersMayWrite : othersMayRead;
}

async function readSecretFile(reference: string, scope: SecretScope): Promise<string> {
  const path = resolve(
    scope.baseDir,
    interpolate(reference.slice('file:'.length), scope.variables),
  );
  const facts = await stat(path).catch((cause: unknown) => {
    throw new SallyportError('CONFIG_INVALID', `the secret ${reference} cannot be read (${path})`, {
      cause,
    });
  });
  if (facts.size > secretBytesMax)
    throw new SallyportError(
      'CONFIG_INVALID',
      `the secret ${reference} has more than ${secretBytesMax} bytes`,
    );
  if ((facts.mode & forbiddenMode(path, scope)) !== 0)
    throw new SallyportError('CONFIG_INVALID', `${path} is open to others; chmod 600 it`);
  return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
}
