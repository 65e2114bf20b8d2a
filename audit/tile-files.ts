import { appendFile, mkdir, open, readFile, readdir, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { hashBytes, leafHash } from './merkle.ts';
import type { SubtreeReader } from './merkle.ts';
import { encodeBundle, tilePath } from './tiles.ts';
import { perfectRoot, tileWidth } from './tree.ts';
import type { FullTile, TreeEdge } from './tree.ts';

/** Partial tiles that are kept while a tile fills, for readers that hold a checkpoint of a moment ago. */
const partialsKept = 4;
const tilesCachedMax = 4_096;

/** Writes what a batch changed: full tiles and bundles for good, partial ones beside those of the last checkpoints. */
export async function writeTiles(
  dir: string,
  batch: {
    readonly edge: TreeEdge;
    readonly full: readonly FullTile[];
    readonly bundles: readonly Bundle[];
  },
): Promise<void> {
  for (const tile of batch.full)
    await writeFull(dir, {
      level: tile.level,
      index: tile.index,
      body: Buffer.concat(tile.hashes),
    });
  for (const bundle of batch.bundles) {
    const body = encodeBundle(bundle.entries);
    if (bundle.entries.length === tileWidth)
      await writeFull(dir, { level: 'entries', index: bundle.index, body });
    else
      await writeAtomic(
        join(dir, tilePath('entries', bundle.index, bundle.entries.length)),
        body,
        'fast',
      );
  }
  for (const [level, hashes] of batch.edge.levels.entries()) {
    const index = Math.floor(batch.edge.size / tileWidth ** (level + 1));
    if (hashes.length > 0)
      await writeAtomic(
        join(dir, tilePath(level, index, hashes.length)),
        Buffer.concat(hashes),
        'fast',
      );
  }
}

/** Entries `index * 256` and on, at most 256. */
export interface Bundle {
  readonly index: number;
  readonly entries: readonly Buffer[];
}

async function writeFull(
  dir: string,
  tile: { level: number | 'entries'; index: number; body: Buffer },
): Promise<void> {
  await writeAtomic(join(dir, tilePath(tile.level, tile.index, tileWidth)), tile.body, 'durable');
}

/** Removes partial tiles that a newer or full one replaces. Call it after the checkpoint that covers those is out. */
export async function prunePartials(dir: string, before: TreeEdge, after: TreeEdge): Promise<void> {
  for (const level of ['entries', ...after.levels.keys()] as const) {
    const span = tileWidth ** (level === 'entries' ? 1 : level + 1);
    const [old, now] = [Math.floor(before.size / span), Math.floor(after.size / span)];
    if (old !== now) await rm(partialDir(dir, level, old), { recursive: true, force: true });
    const there = await readdir(partialDir(dir, level, now)).catch(() => []);
    const widths = there
      .map(Number)
      .filter(Number.isInteger)
      .sort((a, b) => b - a);
    for (const width of widths.slice(partialsKept))
      await unlink(join(dir, tilePath(level, now, width))).catch(() => undefined);
  }
}

const partialDir = (dir: string, level: number | 'entries', index: number): string =>
  dirname(join(dir, tilePath(level, index, 1)));

export async function writeCheckpoint(dir: string, note: string): Promise<void> {
  await writeAtomic(join(dir, 'checkpoint'), Buffer.from(note), 'durable');
}

/** Signed heads of the past, one JSON string a line, at most one for each 256 entries: they narrow down where a log was rewritten. */
export async function rememberCheckpoint(dir: string, note: string): Promise<void> {
  await appendFile(join(dir, 'checkpoints.jsonl'), `${JSON.stringify(note)}\n`);
}

export async function readCheckpointFile(
  dir: string,
): Promise<{ note: string; head: Checkpoint } | null> {
  const note = await readFile(join(dir, 'checkpoint'), 'utf8').catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (note === null) return null;
  const head = readCheckpoint(note);
  if (head === null)
    throw new SallyportError('BROKEN_INVARIANT', 'the checkpoint file of the log is unreadable');
  return { note, head };
}

/** The right edge at `size` as the tiles have it; null where one is missing or cut. */
export async function readEdge(dir: string, size: number): Promise<TreeEdge | null> {
  const levels: Buffer[][] = [];
  for (let level = 0; size >= tileWidth ** level; level += 1) {
    const count = Math.floor(size / tileWidth ** level);
    const hashes =
      count % tileWidth === 0
        ? []
        : await readHashes(dir, {
            level,
            index: Math.floor(count / tileWidth),
            width: count % tileWidth,
          });
    if (hashes === null) return null;
    levels.push(hashes);
  }
  return { size, levels };
}

/** Reads subtree hashes of the tree of `size` from its tiles, for proofs. Keeps at most `tilesCachedMax` tiles. */
export function createSubtreeReader(dir: string, size: number): SubtreeReader {
  const tiles = new Map<string, Promise<Buffer[] | null>>();
  return async (height, index) => {
    const level = Math.floor(height / 8);
    const within = 2 ** (height % 8);
    const first = index * within;
    const tile = Math.floor(first / tileWidth);
    const width = Math.min(tileWidth, Math.floor(size / tileWidth ** level) - tile * tileWidth);
    const key = `${level}/${tile}`;
    const known = tiles.get(key) ?? readHashes(dir, { level, index: tile, width });
    if (tiles.size >= tilesCachedMax) tiles.clear();
    tiles.set(key, known);
    const hashes = await known;
    if (hashes === null)
      throw new SallyportError('NOT_FOUND', `the log lacks ${tilePath(level, tile, width)}`);
    return perfectRoot(hashes.slice(first % tileWidth, (first % tileWidth) + within));
  };
}

async function readHashes(
  dir: string,
  tile: { level: number; index: number; width: number },
): Promise<Buffer[] | null> {
  const exact = await readFile(join(dir, tilePath(tile.level, tile.index, tile.width))).catch(
    () => null,
  );
  // A partial tile goes when the full one is there, which begins with the same hashes.
  const body =
    exact ??
    (await readFile(join(dir, tilePath(tile.level, tile.index, tileWidth))).catch(() => null));
  if (body === null || body.length < tile.width * hashBytes) return null;
  return Array.from({ length: tile.width }, (_, at) =>
    body.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
}

/** True where the entries' hashes are exactly the given ones. */
export function sameLeaves(entries: readonly Buffer[], hashes: readonly Buffer[]): boolean {
  return (
    entries.length === hashes.length &&
    entries.every((entry, at) => hashes[at]?.equals(leafHash(entry)) === true)
  );
}

async function writeAtomic(path: string, body: Buffer, how: 'durable' | 'fast'): Promise<void> {
  const part = `${path}.part`;
  const file = await open(part, 'w').catch(async (error: unknown) => {
    if (!isAbsent(error)) throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(part, 'w');
  });
  try {
    await file.writeFile(body);
    if (how === 'durable') await file.datasync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
