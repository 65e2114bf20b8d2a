import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Problem } from './problem.mjs';

/** Lies outside node_modules, so that a new install compiles nothing again. */
export function cacheFolder(env = process.env) {
  if (env.SALLYPORT_CACHE) return resolve(env.SALLYPORT_CACHE);
  if (env.XDG_CACHE_HOME) return join(resolve(env.XDG_CACHE_HOME), 'sallyport');
  return join(homedir(), '.cache', 'sallyport');
}

export function openCache() {
  const folder = cacheFolder();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return folder;
  } catch (error) {
    throw new Problem(
      `the cache folder ${folder} cannot be written (${error.code})`,
      'Set SALLYPORT_CACHE to a folder that you may write.',
    );
  }
}

/** Readers see the old file or the whole new one, never a part: copy beside it, then rename. */
export function placeFile(from, to, mode = 0o644) {
  replace(to, (temporary) => copyFileSync(from, temporary), mode);
}

export function placeText(text, to) {
  replace(to, (temporary) => writeFileSync(temporary, text), 0o644);
}

function replace(to, write, mode) {
  const temporary = temporaryBeside(to);
  mkdirSync(dirname(to), { recursive: true });
  try {
    write(temporary);
    chmodSync(temporary, mode);
    renameSync(temporary, to);
  } finally {
    rmSync(temporary, { force: true });
  }
}

export function temporaryBeside(path) {
  return `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
}
