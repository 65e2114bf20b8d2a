import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SallyportError } from '../domain/errors.ts';
import type { Config } from '../platform/config.ts';

export const manifestFile = 'manifest.json';
export const databaseFile = 'database.ndjson.gz';

const manifestSchema = z.strictObject({
  format: z.literal('sallyport-backup/1'),
  takenAt: z.iso.datetime(),
  tenant: z.string().min(1).max(200),
  /** Hex SHA-256 of each file of the copy, by its path within. */
  files: z.record(z.string().max(1_000), z.string().regex(/^[0-9a-f]{64}$/)),
  rows: z.record(z.string().max(100), z.int().nonnegative()),
  checkpoint: z.string().max(4_000).nullable(),
  /** Keys that the copy needs and does not hold. The mark tells the right key from another and gives nothing away. */
  needs: z.array(
    z.strictObject({ what: z.string().max(1_000), mark: z.string().max(32).nullable() }),
  ),
});
export type Manifest = z.output<typeof manifestSchema>;

/** REQUEST_INVALID where the folder holds no copy of ours, or one whose files are not those that were written. */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = await readFile(join(dir, manifestFile), 'utf8').catch(() => {
    throw new SallyportError('NOT_FOUND', `${dir} holds no ${manifestFile}`);
  });
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new SallyportError(
      'REQUEST_INVALID',
      `${dir}/${manifestFile} is not what a backup writes`,
    );
  for (const [path, sha256] of Object.entries(parsed.data.files))
    if ((await sha256Of(join(dir, path)).catch(() => '')) !== sha256)
      throw new SallyportError('REQUEST_INVALID', `${path} of the copy is missing or was changed`);
  return parsed.data;
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const markChars = 16;

/** The key files of this installation, which hold random keys: a digest of them cannot be turned back. */
export async function keysNeeded(config: Config): Promise<Manifest['needs']> {
  const files =
    config.keys === null ? [config.keyFile, config.ledger.keyFile] : [config.ledger.keyFile];
  const named = await Promise.all(
    files.map(async (what) => ({
      what,
      mark: (await sha256Of(what).catch(() => null))?.slice(0, markChars) ?? null,
    })),
  );
  const configured = { what: `the secrets that keys of ${config.path} name`, mark: null };
  return config.keys === null ? named : [...named, configured];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
