import { hash } from 'node:crypto';

/** RFC 6962, section 2.1. Hashes are 32 bytes. */
export const hashBytes = 32;

export function emptyRoot(): Buffer {
  return sha256(Buffer.alloc(0));
}

export function leafHash(entry: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(entry.length + 1);
  input[0] = 0;
  input.set(entry, 1);
  return sha256(input);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + 2 * hashBytes);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + hashBytes);
  return sha256(input);
}

/** A half-open range of leaves, `[start, end)`. Every node of a tree of a given size stands for one. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** Gives the hash of a perfect, aligned subtree: `2^height` leaves from `index * 2^height`. */
export type SubtreeReader = (height: number, index: number) => Promise<Buffer>;

/** The hash over a range that is a node of some tree: perfect subtrees are read, the ragged right side is combined. */
export async function rangeHash(range: LeafRange, read: SubtreeReader): Promise<Buffer> {
  const width = range.end - range.start;
  const height = Math.log2(width);
  if (Number.isInteger(height) && range.start % width === 0)
    return read(height, range.start / width);
  const middle = range.start + splitOf(width);
  const left = await rangeHash({ start: range.start, end: middle }, read);
  return nodeHash(left, await rangeHash({ start: middle, end: range.end }, read));
}

/** The largest power of two below `width` (RFC 6962's k). */
export function splitOf(width: number): number {
  return 2 ** Math.ceil(Math.log2(width) - 1);
}

/** From the leaf upwards: the nodes on the way to the root of a tree of `size`, each with its sibling. */
export function pathOf(
  index: number,
  size: number,
): { readonly node: LeafRange; readonly sibling: LeafRange }[] {
  const path: { node: LeafRange; sibling: LeafRange }[] = [];
  let { start, end } = { start: 0, end: size };
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    const [left, right] = [
      { start, end: middle },
      { start: middle, end },
    ];
    path.unshift(index < middle ? { node: left, sibling: right } : { node: right, sibling: left });
    ({ start, end } = index < middle ? left : right);
  }
  return path;
}

/** RFC 6962, 2.1.1: that the entry at `index` is in the tree of `size`. */
export async function inclusionProof(
  index: number,
  size: number,
  read: SubtreeReader,
): Promise<Buffer[]> {
  return Promise.all(pathOf(index, size).map((step) => rangeHash(step.sibling, read)));
}

/** RFC 6962, 2.1.2: that the tree of size `to` begins with the tree of size `from` (0 < from ≤ to). */
export async function consistencyProof(
  from: number,
  to: number,
  read: SubtreeReader,
): Promise<Buffer[]> {
  const proof: Buffer[] = [];
  let { start, end } = { start: 0, end: to };
  let whole = true;
  while (from !== end) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      proof.unshift(await rangeHash({ start: middle, end }, read));
      end = middle;
    } else {
      proof.unshift(await rangeHash({ start, end: middle }, read));
      start = middle;
      whole = false;
    }
  }
  return whole ? proof : [await rangeHash({ start, end }, read), ...proof];
}

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');
