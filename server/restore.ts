import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { readCheckpointFile } from '../audit/tile-files.ts';
import { usage } from '../cli/flags.ts';
import { exitCodes, printLine } from '../cli/io.ts';
import type { CliIo } from '../cli/io.ts';
import { SallyportError } from '../domain/errors.ts';
import { isoTime } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { readCopy } from '../store/copy/read.ts';
import type { CopyHead } from '../store/copy/write.ts';
import type { Restored } from '../store/timeline.ts';
import { withConnection, withRestingDatabase } from './copy-database.ts';
import type { CopyPlace } from './copy-database.ts';
import { databaseFile, keysNeeded, readManifest } from './copy-manifest.ts';
import type { Manifest } from './copy-manifest.ts';
import { copyPlace } from './copy-place.ts';

/** `sallyport restore`: puts a copy in the place of the database. What was there is set aside, not deleted. */
export async function restore(args: readonly string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      config: { type: 'string' },
      'without-keys': { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const place = await copyPlace(values, io);
  const dir = resolve(io.workingDir, positionals[0] ?? usage('the folder of the copy is missing'));
  const manifest = await readManifest(dir);
  if (values['without-keys'] !== true) await refuseOtherKeys(place.config, manifest);
  const nowMs = io.clock.nowMs();
  await withRestingDatabase(place, async (url) => {
    await putLedgerBack(place.config, dir);
    const file = await readCheckpointFile(place.config.ledger.dir);
    const mark = (head: CopyHead): Restored => ({
      why: 'copy',
      checkpoint: file?.note ?? head.checkpoint,
      sequenced: head.sequenced,
      foundAt: isoTime(nowMs),
    });
    const load = (into: string): Promise<Rows> =>
      withConnection(into, (db) => readCopy(db, linesOf(dir), mark));
    const { rows, aside } =
      place.config.databaseUrl === null
        ? await inItsPlace(url, nowMs, load)
        : { rows: await load(url), aside: null };
    const [incidents, entries] = [rows['incidents'] ?? 0, rows['audit_entries'] ?? 0];
    printLine(
      io.stdout,
      `${incidents} incidents and ${entries} ledger entries are back, as of ${manifest.takenAt}`,
    );
    if (aside !== null) printLine(io.stdout, `the database that was there is kept as ${aside}`);
  });
  printLine(io.stdout, nextStep(place));
  return exitCodes.done;
}

const nextStep = ({ config }: CopyPlace): string =>
  `Start the engine${config.databaseUrl === null ? '' : ', the sequencer first'}: it takes alerts in and does nothing else until an administrator runs sallyport recover`;

/** With other keys no token can be turned back and the log cannot go on under its key: that must be meant. */
async function refuseOtherKeys(config: Config, manifest: Manifest): Promise<void> {
  const here = (await keysNeeded(config)).map((key) => key.mark);
  for (const { what, mark } of manifest.needs)
    if (mark !== null && !here.includes(mark))
      throw new SallyportError(
        'CONFLICT',
        `the copy needs the key file ${what} (${mark}); put it back, or say --without-keys to go on without what it opens`,
      );
}

type Rows = Readonly<Record<string, number>>;

/** Fills a database beside the embedded one, then swaps their names: a copy that cannot be read changes nothing. */
async function inItsPlace(
  url: string,
  nowMs: number,
  load: (into: string) => Promise<Rows>,
): Promise<{ rows: Rows; aside: string }> {
  const stamp = isoTime(nowMs).replace(/\D/g, '').slice(0, stampDigits);
  const [fresh, aside] = [`sallyport_from_copy_${stamp}`, `sallyport_before_${stamp}`];
  const named = (name: string): string => url.replace(/\/[^/]*$/, `/${name}`);
  return withConnection(named('postgres'), async (admin) => {
    await admin.query(`create database ${fresh}`);
    const rows = await load(named(fresh)).catch(async (error: unknown) => {
      await admin.query(`drop database ${fresh}`);
      throw error;
    });
    await admin.query(`alter database sallyport rename to ${aside}`);
    await admin.query(`alter database ${fresh} rename to sallyport`);
    return { rows, aside };
  });
}

const stampDigits = 14;

/** Where the log's files are lost those of the copy take their place; newer ones stay, for they know more. */
async function putLedgerBack(config: Config, dir: string): Promise<void> {
  const target = config.ledger.dir;
  await mkdir(target, { recursive: true, mode: 0o700 });
  if ((await readdir(target)).includes('checkpoint')) return;
  await cp(join(dir, 'ledger'), target, {
    recursive: true,
    force: false,
    preserveTimestamps: true,
  });
}

async function* linesOf(dir: string): AsyncGenerator<string> {
  const text = createReadStream(join(dir, databaseFile)).pipe(createGunzip()).setEncoding('utf8');
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
