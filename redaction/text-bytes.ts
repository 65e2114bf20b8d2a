const digits = new Int8Array(128).fill(-1);
Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach(
  (char, value) => {
    digits[char.charCodeAt(0)] = value;
  },
);
digits[45] = 62;
digits[95] = 63;

const quarterChars = 12;
const highMax = 4;

/** Whether the first nine bytes of a base64 run may begin a text, UTF-16 or compressed data; decides without allocating. */
export function utf8Quarter(text: string, start: number): boolean {
  let high = 0;
  let zeros = 0;
  let odd = 0;
  for (let at = start; at < start + quarterChars; at += 4) {
    const word =
      (digit(text, at) << 18) |
      (digit(text, at + 1) << 12) |
      (digit(text, at + 2) << 6) |
      digit(text, at + 3);
    if (at === start && isPacked(word)) return true;
    for (const shift of [16, 8, 0]) {
      const byte = (word >> shift) & 255;
      if (byte === 0) zeros += 1;
      else if (byte > 127) high += 1;
      else if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) odd += 1;
    }
  }
  return odd === 0 && high <= highMax && (zeros === 0 || (zeros >= 4 && high === 0));
}

const digit = (text: string, at: number): number => digits[text.charCodeAt(at) & 127] ?? 0;
const isPacked = (word: number): boolean =>
  word >> 8 === 0x1f8b || (word >> 16 === 0x78 && (word >> 8) % 31 === 0);

/** At most one byte in eight is neither printable ASCII, white space nor part of UTF-8. */
export function looksLikeText(bytes: Buffer): boolean {
  if (isUtf16(bytes)) return true;
  let odd = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) odd += 1;
    else if (byte > 127) {
      const size = sequenceAt(bytes, at);
      if (size === 0) odd += 1;
      else at += size - 1;
    }
  }
  return odd * 8 <= bytes.length;
}

/** Length of the UTF-8 sequence that begins here, or 0; one that the end cuts short counts. */
function sequenceAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const size =
    first >= 0xf0 && first < 0xf5
      ? 4
      : first >= 0xe0 && first < 0xf0
        ? 3
        : first >= 0xc2 && first < 0xe0
          ? 2
          : 0;
  for (let next = at + 1; next < Math.min(at + size, bytes.length); next += 1)
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return size;
}

/** ASCII as UTF-16LE: every second byte is zero (PowerShell's -EncodedCommand). */
export function isUtf16(bytes: Buffer): boolean {
  const size = Math.min(bytes.length, 64) & ~1;
  if (size < 8) return false;
  let zeros = 0;
  for (let at = 1; at < size; at += 2) if (bytes[at] === 0) zeros += 1;
  return zeros * 10 >= size * 4;
}
