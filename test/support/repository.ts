import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that these tests belong to, without a slash at the end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What is not ours or not committed. */
const foreign = new Set(['node_modules', '.git', '.sallyport']);

/** Paths of all committed files, relative to the checkout. Needs no git, so that it holds in an archive too. */
export function filesOfRepository(folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !foreign.has(entry.name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesOfRepository(path) : [path];
    });
}

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export const linesOf = (path: string): number => textOf(path).trimEnd().split('\n').length;
