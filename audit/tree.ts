import { emptyRoot, nodeHash } from './merkle.ts';

/** Hashes in a full tile (C2SP tlog-tiles). */
export const tileWidth = 256;

/**
 * The right edge of the tree: at each tile level the hashes of the tile that is not yet full. Appending and taking the
 * root cost the same at any size.
 */
export interface TreeEdge {
  readonly size: number;
  readonly levels: readonly (readonly Buffer[])[];
}

export interface FullTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Buffer[];
}

export const emptyEdge: TreeEdge = { size: 0, levels: [] };

/** Appends leaf hashes; gives the new edge and the tiles that became full on the way. The old edge stays valid. */
export function growEdge(
  edge: TreeEdge,
  leaves: readonly Buffer[],
): { edge: TreeEdge; full: FullTile[] } {
  const levels = edge.levels.map((hashes) => [...hashes]);
  const full: FullTile[] = [];
  let size = edge.size;
  for (const leaf of leaves) {
    size += 1;
    let hash: Buffer | undefined = leaf;
    for (let level = 0; hash !== undefined; level += 1) {
      const tile: Buffer[] = (levels[level] ??= []);
      tile.push(hash);
      hash = undefined;
      if (tile.length === tileWidth) {
        full.push({ level, index: size / tileWidth ** (level + 1) - 1, hashes: tile });
        levels[level] = [];
        hash = perfectRoot(tile);
      }
    }
  }
  return { edge: { size, levels }, full };
}

/** The RFC 6962 tree head. */
export function edgeRoot(edge: TreeEdge): Buffer {
  let root: Buffer | undefined;
  for (const hashes of edge.levels) {
    let end = hashes.length;
    for (let width = 1; end > 0; width *= 2) {
      if ((end & width) === 0) continue;
      const part = perfectRoot(hashes.slice(end - width, end));
      root = root === undefined ? part : nodeHash(part, root);
      end -= width;
    }
  }
  return root ?? emptyRoot();
}

/** The root over 1, 2, 4 … hashes of equal height. */
export function perfectRoot(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at + 1 < row.length; at += 2)
      above.push(nodeHash(row[at] ?? emptyRoot(), row[at + 1] ?? emptyRoot()));
    row = above;
  }
  return row[0] ?? emptyRoot();
}
