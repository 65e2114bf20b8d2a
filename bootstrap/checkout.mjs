import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, wherever the command was typed. */
export const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
export const packages = join(checkout, 'node_modules');
export const lockfile = join(checkout, 'package-lock.json');
/** Markers of what was installed live inside node_modules, so that they vanish with it. */
export const markers = join(packages, '.sallyport');

export function readOrEmpty(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

export function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

export function lockfileHash() {
  return sha256(readFileSync(lockfile));
}

/** Every file below a folder in a stable order. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
