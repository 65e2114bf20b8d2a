import { createWriteStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { parseArgs } from 'node:util';
import { exitCodes, printLine } from '../cli/io.ts';
import type { CliIo } from '../cli/io.ts';
import { usage } from '../cli/flags.ts';
import { SallyportError } from '../domain/errors.ts';
import { isoTime } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { writeCopy } from '../store/copy/write.ts';
import { copyPlace } from './copy-place.ts';
import { withConnection, withDatabase } from './copy-database.ts';
import { databaseFile, keysNeeded, manifestFile, sha256Of } from './copy-manifest.ts';
import type { Manifest } from './copy-manifest.ts';

const ownerOnly = 0o700;

/** `sallyport backup`: a copy of everything that is not a key, as of one moment, while the engine works or rests. */
export async function backup(args: readonly string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { to: { type: 'string' }, data: { type: 'string' }, config: { type: 'string' } },
  });
  const place = await copyPlace(values, io);
  const target = resolve(io.workingDir, values.to ?? usage('--to is missing: the folder to write'));
  if ((await stat(target).catch(() => null)) !== null)
    throw new SallyportError('CONFLICT', `${target} is there already; name a new folder`);
  await mkdir(dirname(target), { recursive: true });
  // Renamed into place: there is a whole copy or none.
  const partial = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const takenAt = isoTime(io.clock.nowMs());
    const head = await withDatabase(place, (url) =>
      withConnection(url, async (db) => {
        const file = openCompressed(join(partial, databaseFile));
        try {
          return await writeCopy(db, takenAt, file.put);
        } finally {
          await file.end();
        }
      }),
    );
    await copyLedger(place.config, join(partial, 'ledger'));
    const manifest: Manifest = {
      format: 'sallyport-backup/1',
      takenAt,
      tenant: place.config.tenant,
      files: await digestsIn(partial),
      rows: head.rows,
      checkpoint: head.checkpoint,
      needs: await keysNeeded(place.config),
    };
    await writeFile(join(partial, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
      flush: true,
    });
    await rename(partial, target);
    tell(io, target, manifest);
    return exitCodes.done;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function tell(io: CliIo, target: string, { rows, needs }: Manifest): void {
  printLine(
    io.stdout,
    `${target}: ${rows['incidents'] ?? 0} incidents, ${rows['audit_entries'] ?? 0} ledger entries`,
  );
  printLine(io.stdout, 'It holds no keys. Keep these elsewhere; without them it cannot be used:');
  for (const { what } of needs) printLine(io.stdout, `  ${what}`);
}

interface Compressed {
  put(text: string): Promise<void>;
  end(): Promise<void>;
}

function openCompressed(path: string): Compressed {
  const gzip = createGzip();
  const file = createWriteStream(path, { mode: 0o600, flush: true });
  const written = finished(gzip.pipe(file));
  // Awaited at the end; what fails before is told by then.
  written.catch(() => undefined);
  return {
    put: async (text) => {
      if (!gzip.write(text)) await Promise.race([once(gzip, 'drain'), written]);
    },
    end: async () => {
      gzip.end();
      await written;
    },
  };
}

/** Tiles of the log that goes on are made anew from SQL; the logs that a recovery ended are nowhere else. */
async function copyLedger(config: Config, target: string): Promise<void> {
  await mkdir(target, { mode: ownerOnly });
  for (const name of ['checkpoint', 'checkpoints.jsonl', 'verifier-key', 'past'])
    await cp(join(config.ledger.dir, name), join(target, name), {
      recursive: true,
      preserveTimestamps: true,
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
}

async function digestsIn(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  const digests: Record<string, string> = {};
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    digests[relative(dir, path)] = await sha256Of(path);
  }
  return digests;
}
