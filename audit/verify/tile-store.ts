import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const perTile = 256;
const tileBytesMax = perTile * (65_535 + 2);

/** A tile's bytes: the partial one of exactly this width if it is there, else the full one, else null. */
export async function readTile(
  dir: string,
  tile: { readonly kind: number | 'entries'; readonly index: number; readonly width: number },
): Promise<Buffer | null> {
  const full = join(dir, 'tile', String(tile.kind), ...groupsOf(tile.index));
  const exact =
    tile.width === perTile ? null : await readBounded(join(`${full}.p`, String(tile.width)));
  return exact ?? readBounded(full);
}

async function readBounded(path: string): Promise<Buffer | null> {
  const body = await readFile(path).catch(() => null);
  return body === null || body.length > tileBytesMax ? null : body;
}

function groupsOf(index: number): string[] {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group));
}

/** Splits a bundle at its length prefixes; `whole` is false where the last entry is cut short. */
export function splitBundle(bytes: Buffer): {
  readonly entries: readonly Buffer[];
  readonly whole: boolean;
} {
  const entries: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) break;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return { entries, whole: at === bytes.length };
}

/** The hash at a place of a hash tile, or null where the tile is too short. */
export function hashAt(tile: Buffer, place: number): Buffer | null {
  const hash = tile.subarray(place * 32, place * 32 + 32);
  return hash.length === 32 ? hash : null;
}
