/** What stands in the stream of one connection: a message, and whether its end was cut off. */
export interface Frame {
  readonly text: Uint8Array;
  readonly isCut: boolean;
}

export interface Framer {
  /** The messages that these bytes complete. */
  push(bytes: Uint8Array): readonly Frame[];
  /** The last message of a sender that ends without a line end; null where nothing is left. */
  end(): Frame | null;
}

const codes = { lineFeed: 10, nul: 0, space: 32, zero: 48, nine: 57, less: 60 };
/** RFC 6587 sets no bound; a length of more digits is no length. */
const lengthDigitsMax = 7;

/**
 * RFC 6587: each message either begins with its length, or ends with a line end (or NUL); senders may change between
 * them. Of a message that is longer than `messageBytesMax` the beginning is kept, and the next is found all the same.
 */
export function createFramer(messageBytesMax: number): Framer {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of a message that was cut, still to come and to be passed over; null: up to the next line end. */
  let skipping: { left: number | null } | null = null;

  const skip = (): boolean => {
    if (skipping === null) return false;
    if (skipping.left === null) {
      const end = lineEnd(held, 0);
      held = end === -1 ? Buffer.alloc(0) : held.subarray(end + 1);
      if (end === -1) return true;
    } else {
      const passed = Math.min(skipping.left, held.length);
      held = held.subarray(passed);
      skipping.left -= passed;
      if (skipping.left > 0) return true;
    }
    skipping = null;
    return false;
  };

  const next = (): Frame | null => {
    if (skip()) return null;
    const counted = lengthAt(held);
    if (counted === 'wait') return null;
    if (counted === null) return nextLine();
    const { start, length } = counted;
    const wanted = Math.min(length, messageBytesMax);
    if (held.length < start + wanted) return null;
    const text = held.subarray(start, start + wanted);
    held = held.subarray(start + wanted);
    if (length > wanted) skipping = { left: length - wanted };
    return { text, isCut: length > wanted };
  };

  const nextLine = (): Frame | null => {
    const taken = takeLine(held, messageBytesMax);
    if (taken === null) return null;
    held = taken.rest;
    if (taken.frame.isCut) skipping = { left: null };
    return taken.frame;
  };

  return {
    push: (bytes) => {
      held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
      const frames: Frame[] = [];
      for (let frame = next(); frame !== null; frame = next())
        if (!isBlank(frame.text)) frames.push({ ...frame, text: Buffer.from(frame.text) });
      return frames;
    },
    end: () => {
      const rest = held;
      held = Buffer.alloc(0);
      return skipping === null ? lastOf(rest) : null;
    },
  };
}

function takeLine(
  held: Buffer,
  bytesMax: number,
): { readonly frame: Frame; readonly rest: Buffer } | null {
  const end = lineEnd(held, 0);
  if (end !== -1 && end <= bytesMax)
    return { frame: { text: held.subarray(0, end), isCut: false }, rest: held.subarray(end + 1) };
  if (held.length <= bytesMax) return null;
  return {
    frame: { text: held.subarray(0, bytesMax), isCut: true },
    rest: held.subarray(bytesMax),
  };
}

/** What is left when a sender ends: a line without its end, or a part of what it announced. */
function lastOf(rest: Buffer): Frame | null {
  const counted = lengthAt(rest);
  const isPart = counted !== null && counted !== 'wait';
  const text = isPart ? rest.subarray(counted.start) : rest;
  return isBlank(text) ? null : { text, isCut: isPart };
}

interface Counted {
  /** Where the message begins. */
  readonly start: number;
  readonly length: number;
}

/** `MSG-LEN SP` before a `<`; null where the bytes begin otherwise, `wait` where that cannot be told yet. */
function lengthAt(bytes: Uint8Array): Counted | 'wait' | null {
  let at = 0;
  let length = 0;
  for (; at < bytes.length && at <= lengthDigitsMax; at += 1) {
    const code = bytes[at] ?? 0;
    if (code < codes.zero || code > codes.nine) break;
    if (at === 0 && code === codes.zero) return null;
    length = length * 10 + (code - codes.zero);
  }
  if (at > lengthDigitsMax) return null;
  if (at === bytes.length) return bytes.length === 0 ? null : 'wait';
  if (at === 0 || bytes[at] !== codes.space) return null;
  if (at + 1 === bytes.length) return 'wait';
  return bytes[at + 1] === codes.less ? { start: at + 1, length } : null;
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const feed = bytes.indexOf(codes.lineFeed, from);
  const nul = bytes.indexOf(codes.nul, from);
  return feed === -1 ? nul : nul === -1 ? feed : Math.min(feed, nul);
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte <= codes.space);
