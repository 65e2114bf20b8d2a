import { cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { temporaryBeside } from '../cache.mjs';
import { readOrEmpty } from '../checkout.mjs';
import { Problem } from '../problem.mjs';
import { say } from '../say.mjs';

const enterableByAll = 0o001;
const writableByOthers = 0o022;

/**
 * PostgreSQL refuses to run as root, so root starts it as another user, who must be able to enter every folder above
 * the programs. Where the checkout lies below a closed folder, the programs are copied to an open one.
 */
export function reachableCopy(native) {
  if (process.getuid?.() !== 0 || isReachable(native)) return native;
  const copy = join(openFolder(), `postgres-${versionOf(native)}-${process.platform}-${process.arch}`);
  const marker = join(copy, 'complete');
  if (existsSync(marker)) return copy;
  say(`copying PostgreSQL to ${copy}, because its user cannot enter the folder of this checkout`);
  const temporary = temporaryBeside(copy);
  cpSync(native, temporary, { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(temporary, 'complete'), '');
  install(temporary, copy);
  return copy;
}

/** Another bootstrap may have been quicker: then its copy counts. */
function install(temporary, copy) {
  try {
    renameSync(temporary, copy);
  } catch (error) {
    if (!existsSync(join(copy, 'complete'))) throw error;
    rmSync(temporary, { recursive: true, force: true });
  }
}

function isReachable(path) {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & enterableByAll) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** SECURITY: root runs what lies here, so the folder must belong to root and nobody else may write to it. */
function openFolder() {
  const folder = ['/var/cache/sallyport', join(tmpdir(), 'sallyport-root')].find(isOurs);
  if (folder !== undefined) return folder;
  throw new Problem(
    'no folder was found to which PostgreSQL can be copied so that its unprivileged user can enter it',
    'Start as a plain user, move the checkout out of the closed folder, or set DATABASE_URL to a PostgreSQL of yours.',
  );
}

function isOurs(folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const { uid, mode } = lstatSync(folder);
    return uid === 0 && (mode & writableByOthers) === 0 && isReachable(folder);
  } catch {
    return false;
  }
}

function versionOf(native) {
  return JSON.parse(readOrEmpty(join(dirname(native), 'package.json'))).version;
}
