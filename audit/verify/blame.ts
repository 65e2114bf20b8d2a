import type { Findings } from './findings.ts';
import type { Suspect, Walk } from './log-directory.ts';
import { countRoot, perfectHash } from './merkle.ts';
import type { SignedHead } from './note.ts';
import { hashAt, perTile, readTile } from './tile-store.ts';

/** Names the first wrong entry, as narrowly as what is still trustworthy allows. */
export async function blame(
  dir: string,
  log: { readonly head: SignedHead; readonly walk: Walk },
  findings: Findings,
): Promise<void> {
  const { head, walk } = log;
  const add = (suspect: Suspect): void => findings.add(suspect.how, suspect.index, suspect.detail);
  const missing = walk.complete ? undefined : walk.suspects.at(-1);
  const tilesHold = (await rootOfTiles(dir, head.size))?.equals(head.root) === true;
  if (tilesHold || (walk.broken === null && missing !== undefined))
    return walk.suspects.forEach(add);
  const blocks = await readHashes(dir, { level: 1, count: Math.floor(head.size / perTile) });
  const block = walk.blocks.findIndex(
    (root, at) => blocks[at] !== undefined && !blocks[at].equals(root),
  );
  const suspect = walk.suspects.find((one) => one.index >= walk.agreed);
  const end = walk.broken ?? head.size;
  if (suspect !== undefined && suspect.index < end) return add(suspect);
  const first = block >= 0 && block * perTile >= walk.agreed ? block * perTile : walk.agreed;
  findings.add(
    'root',
    first,
    `the entries up to ${walk.agreed} are as signed; one of ${first} to ${end - 1} was changed, dropped or moved, together with its tiles`,
  );
}

/** The root that the hash tiles claim, or null where one is missing. */
async function rootOfTiles(dir: string, size: number): Promise<Buffer | null> {
  const counter = countRoot();
  for (const hash of await readHashes(dir, { level: 0, count: size })) {
    if (hash === undefined) return null;
    counter.add(hash);
  }
  return counter.root();
}

async function readHashes(
  dir: string,
  row: { readonly level: number; readonly count: number },
): Promise<(Buffer | undefined)[]> {
  const hashes: (Buffer | undefined)[] = [];
  for (let index = 0; index * perTile < row.count; index += 1) {
    const width = Math.min(perTile, row.count - index * perTile);
    const tile = await readTile(dir, { kind: row.level, index, width });
    for (let place = 0; place < width; place += 1)
      hashes.push((tile === null ? null : hashAt(tile, place)) ?? undefined);
  }
  return hashes;
}

/** Tiles above the entries' own: each hash must be the root over 256 of the level below. */
export async function checkUpperTiles(
  dir: string,
  log: { readonly head: SignedHead; readonly blocks: readonly Buffer[] },
  findings: Findings,
): Promise<void> {
  let row = log.blocks;
  for (let level = 1; row.length > 0; level += 1) {
    const stored = await readHashes(dir, { level, count: row.length });
    const place = row.findIndex((hash, at) => stored[at]?.equals(hash) !== true);
    if (place >= 0)
      findings.add(
        stored[place] === undefined ? 'tile-missing' : 'tile-changed',
        place * perTile ** level,
        `the hash tile of level ${level} is wrong at ${place}`,
      );
    row = Array.from({ length: Math.floor(row.length / perTile) }, (_, at) =>
      perfectHash(row.slice(at * perTile, (at + 1) * perTile)),
    );
  }
}
