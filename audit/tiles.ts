import { assert } from '../domain/assert.ts';
import { entryBytesMax } from './entry.ts';
import { tileWidth } from './tree.ts';

/** Where a tile lies (C2SP tlog-tiles): `tile/0/x001/234`, or `….p/17` while it holds 17 of 256. */
export function tilePath(level: number | 'entries', index: number, width: number): string {
  const full = `tile/${level}/${indexPath(index)}`;
  return width === tileWidth ? full : `${full}.p/${width}`;
}

/** Groups of three digits, all but the last with an `x`. */
function indexPath(index: number): string {
  const groups = [(index % 1_000).toString().padStart(3, '0')];
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000)) {
    groups.unshift(`x${(rest % 1_000).toString().padStart(3, '0')}`);
  }
  return groups.join('/');
}

/** Each entry behind its length as a big-endian uint16. */
export function encodeBundle(entries: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    assert(entry.length <= entryBytesMax, 'an entry fits its length prefix');
    const prefix = Buffer.allocUnsafe(2);
    prefix.writeUInt16BE(entry.length);
    parts.push(prefix, entry);
  }
  return Buffer.concat(parts);
}
