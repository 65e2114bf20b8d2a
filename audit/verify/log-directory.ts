import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Findings } from './findings.ts';
import { blame, checkUpperTiles } from './blame.ts';
import { countRoot, hashLeaf, perfectHash } from './merkle.ts';
import type { NoteKey, SignedHead } from './note.ts';
import { openCheckpoint } from './note.ts';
import { hashAt, perTile, readTile, splitBundle } from './tile-store.ts';

export interface DirectoryCheck {
  readonly dir: string;
  readonly keys: readonly NoteKey[];
  readonly origin: string | undefined;
  /** Notes that the auditor kept from earlier visits: the log must have grown from each. */
  readonly kept: readonly string[];
  readonly onEntry: (bytes: Buffer, index: number) => void;
}

/** Checks a tiled log: checkpoint, every entry, every tile, every signed head of the past. Null without a valid checkpoint. */
export async function checkDirectory(
  check: DirectoryCheck,
  findings: Findings,
): Promise<SignedHead | null> {
  const note = await readFile(join(check.dir, 'checkpoint'), 'utf8').catch(() => null);
  if (note === null) findings.add('checkpoint', null, 'there is no checkpoint file');
  const head = note === null ? { wrong: '' } : openCheckpoint(note, check.keys, check.origin);
  if ('wrong' in head) {
    if (note !== null) findings.add('checkpoint', null, head.wrong);
    return null;
  }
  const past = [...(await pastHeads(check, findings)), head].sort((a, b) => a.size - b.size);
  const walk = await walkEntries(check, { head, past }, findings);
  if (walk.complete && walk.root.equals(head.root))
    await checkUpperTiles(check.dir, { head, blocks: walk.blocks }, findings);
  if (walk.complete && walk.root.equals(head.root)) reportChangedTiles(walk, findings);
  else await blame(check.dir, { head, walk }, findings);
  return head;
}

async function pastHeads(check: DirectoryCheck, findings: Findings): Promise<SignedHead[]> {
  const file = await readFile(join(check.dir, 'checkpoints.jsonl'), 'utf8').catch(() => '');
  const lines = file.split('\n');
  // A crash may cut the last line, which then has no newline.
  const notes = lines
    .slice(0, -1)
    .map((line) => ({ note: parseLine(line), from: 'checkpoints.jsonl' }));
  const heads: SignedHead[] = [];
  for (const { note, from } of [
    ...notes,
    ...check.kept.map((kept) => ({ note: kept, from: 'a kept checkpoint' })),
  ]) {
    const head = openCheckpoint(note, check.keys, check.origin);
    if ('wrong' in head) findings.add('checkpoint', null, `${from}: ${head.wrong}`);
    else heads.push(head);
  }
  return heads;
}

export interface Walk {
  readonly complete: boolean;
  readonly root: Buffer;
  /** The first entry of each block that is not what its tile says. */
  readonly suspects: readonly Suspect[];
  /** Roots over full blocks of 256, from the entries. */
  readonly blocks: readonly Buffer[];
  /** Sizes of the last signed head that the entries agree with, and of the first that they do not. */
  readonly agreed: number;
  readonly broken: number | null;
}

export interface Suspect {
  readonly index: number;
  readonly how: 'entry-changed' | 'entry-missing' | 'entry-moved';
  readonly detail: string;
}

async function walkEntries(
  check: DirectoryCheck,
  log: { readonly head: SignedHead; readonly past: readonly SignedHead[] },
  findings: Findings,
): Promise<Walk> {
  const { head, past } = log;
  const counter = countRoot();
  const suspects: Suspect[] = [];
  const blocks: Buffer[] = [];
  let [size, agreed, at] = [0, 0, 0];
  let broken: number | null = null;
  const compare = (): void => {
    for (
      let known = past[at];
      known !== undefined && known.size === size;
      known = past[(at += 1)]
    ) {
      if (known.root.equals(counter.root())) agreed = known.size;
      else broken ??= known.size;
    }
  };
  compare();
  for (let index = 0; index * perTile < head.size; index += 1) {
    const width = Math.min(perTile, head.size - index * perTile);
    const block = await readBlock(check.dir, { index, width }, findings);
    if (block.suspect !== null) suspects.push(block.suspect);
    const { leaves } = block;
    for (const [place, leaf] of leaves.entries()) {
      check.onEntry(block.entries[place] ?? leaf, size);
      counter.add(leaf);
      size += 1;
      if (past[at]?.size === size) compare();
    }
    if (leaves.length < width)
      return { complete: false, root: counter.root(), suspects, blocks, agreed, broken };
    if (width === perTile) blocks.push(perfectHash(leaves));
  }
  if (at < past.length)
    findings.add(
      'rolled-back',
      head.size,
      `a head of ${past.at(-1)?.size} entries was signed, the log now has ${head.size}`,
    );
  return { complete: true, root: counter.root(), suspects, blocks, agreed, broken };
}

interface Block {
  readonly entries: readonly Buffer[];
  readonly leaves: readonly Buffer[];
  readonly suspect: Suspect | null;
}

/** A bundle, cut to what belongs to the log, and where it first departs from its hash tile. */
async function readBlock(
  dir: string,
  block: { readonly index: number; readonly width: number },
  findings: Findings,
): Promise<Block> {
  const first = block.index * perTile;
  const bundle = await readTile(dir, { kind: 'entries', ...block });
  const tile = await readTile(dir, { kind: 0, ...block });
  if (tile === null)
    findings.add(
      'tile-missing',
      first,
      `the hash tile of entries ${first} to ${first + block.width - 1} is missing`,
    );
  if (bundle === null)
    return {
      entries: [],
      leaves: [],
      suspect: { index: first, how: 'entry-missing', detail: 'its bundle is missing' },
    };
  const split = splitBundle(bundle);
  const entries = split.entries.slice(0, block.width);
  const leaves = entries.map(hashLeaf);
  const place =
    tile === null ? -1 : leaves.findIndex((leaf, at) => hashAt(tile, at)?.equals(leaf) !== true);
  if (tile !== null && place >= 0)
    return { entries, leaves, suspect: nameChange({ tile, place, leaves, first }) };
  if (entries.length === block.width) return { entries, leaves, suspect: null };
  const detail = split.whole ? 'the log ends before it' : 'it is cut short';
  return {
    entries,
    leaves,
    suspect: { index: first + entries.length, how: 'entry-missing', detail },
  };
}

/** Tells a dropped entry from a moved or a changed one by where else in the tile its hash stands. */
function nameChange(at: {
  readonly tile: Buffer;
  readonly place: number;
  readonly leaves: readonly Buffer[];
  readonly first: number;
}): Suspect {
  const stands = (hash: Buffer | undefined, place: number): boolean =>
    hash !== undefined && hashAt(at.tile, place)?.equals(hash) === true;
  const places = Array.from({ length: at.tile.length / 32 }, (_, place) => place);
  const found = places.find((place) => stands(at.leaves[at.place], place));
  const next = at.leaves[at.place + 1];
  const index = at.first + at.place;
  if (found === at.place + 1 && (next === undefined || stands(next, at.place + 2))) {
    return {
      index,
      how: 'entry-missing',
      detail: 'it was dropped; the next one stands in its place',
    };
  }
  if (found !== undefined)
    return {
      index,
      how: 'entry-moved',
      detail: `the entry of place ${at.first + found} stands here`,
    };
  return { index, how: 'entry-changed', detail: 'it is not what was logged' };
}

/** The entries give the signed root, so a tile that says otherwise is the tile's fault. */
function reportChangedTiles(walk: Walk, findings: Findings): void {
  for (const suspect of walk.suspects)
    findings.add(
      'tile-changed',
      suspect.index,
      'the hash tile does not match the entry, which is what was signed',
    );
  if (walk.broken !== null)
    findings.add(
      'forked',
      walk.broken,
      `a head was signed for ${walk.broken} entries that this log does not lead to`,
    );
}

function parseLine(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
