import { hash as digest } from 'node:crypto';

/** RFC 9162, section 2.1.3.2: does `proof` lead from the leaf at `index` to `root` in a tree of `size`? */
export function verifyInclusion(claim: {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  if (
    !isCount(claim.index) ||
    !isCount(claim.size) ||
    claim.index >= claim.size ||
    claim.leaf.length !== 32
  )
    return false;
  let fn = BigInt(claim.index);
  let sn = BigInt(claim.size) - 1n;
  let hash: Buffer = Buffer.from(claim.leaf);
  for (const sibling of claim.proof) {
    if (sn === 0n || sibling.length !== 32) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      hash = hashNode(sibling, hash);
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      hash = hashNode(hash, sibling);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && hash.equals(claim.root);
}

export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
}

/** RFC 9162, section 2.1.4.2: does the tree of `to` begin with the tree of `from`? An empty tree is no beginning. */
export function verifyConsistency(from: Head, to: Head, proof: readonly Uint8Array[]): boolean {
  if (!isCount(from.size) || !isCount(to.size) || from.size < 1 || from.size > to.size)
    return false;
  if (proof.some((hash) => hash.length !== 32)) return false;
  if (from.size === to.size) return proof.length === 0 && Buffer.from(from.root).equals(to.root);
  const whole =
    Number.isInteger(Math.log2(from.size)) && 2 ** Math.round(Math.log2(from.size)) === from.size;
  const [seed, ...rest] = whole ? [from.root, ...proof] : proof;
  if (seed === undefined) return false;
  let fn = BigInt(from.size) - 1n;
  let sn = BigInt(to.size) - 1n;
  while ((fn & 1n) === 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let old: Buffer = Buffer.from(seed);
  let grown = old;
  for (const hash of rest) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      [old, grown] = [hashNode(hash, old), hashNode(hash, grown)];
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      grown = hashNode(grown, hash);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && old.equals(from.root) && grown.equals(to.root);
}

/** Collects leaves and gives the root so far at any moment, in memory that grows with the logarithm. */
export interface RootCounter {
  add(leaf: Buffer): void;
  root(): Buffer;
}

export function countRoot(): RootCounter {
  // One slot for each power of two, as in a binary counter.
  const slots: (Buffer | null)[] = [];
  return {
    add(leaf) {
      let carry = leaf;
      let at = 0;
      for (let left = slots[0] ?? null; left !== null; left = slots[at] ?? null) {
        carry = hashNode(left, carry);
        slots[at] = null;
        at += 1;
      }
      slots[at] = carry;
    },
    root() {
      let root: Buffer | null = null;
      for (const slot of slots)
        if (slot !== null) root = root === null ? slot : hashNode(slot, root);
      return root ?? digest('sha256', '', 'buffer');
    },
  };
}

export function hashLeaf(entry: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + entry.length);
  input[0] = 0x00;
  input.set(entry, 1);
  return digest('sha256', input, 'buffer');
}

export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + left.length + right.length);
  input[0] = 0x01;
  input.set(left, 1);
  input.set(right, 1 + left.length);
  return digest('sha256', input, 'buffer');
}

/** The root over 1, 2, 4 … hashes of equal height. */
export function perfectHash(hashes: readonly Buffer[]): Buffer {
  let row = [...hashes];
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      hashNode(row[2 * at] ?? noHash, row[2 * at + 1] ?? noHash),
    );
  }
  return row[0] ?? noHash;
}

const noHash = Buffer.alloc(32);
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
