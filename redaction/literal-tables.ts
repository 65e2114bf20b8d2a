export const asciiSize = 128;
const byteSize = 256;
/** What a character is: its class among those that stand in literals (bits 0 to 5), and these. */
export const classBits = 63;
export const digitBit = 64;
export const runBit = 128;
export const gapBit = 256;
export const foreignBit = 512;
/** Bits from here on: literals of one character. */
export const singleShift = 10;
export const singlesMax = 31 - singleShift;
export const threeClasses = 0x3ffff;

/** Characters of literals have a class each; 0 is for what stands in none. */
export function classesOf(literals: readonly string[]): ReadonlyMap<string, number> {
  const chars = [...new Set(literals.join(''))].sort();
  if (chars.length > classBits) throw new TypeError('the literals have too many characters');
  return new Map(
    chars.flatMap((char, at): readonly [string, number][] => [
      [char, at + 1],
      [char.toUpperCase(), at + 1],
    ]),
  );
}

/** By byte; those that are not ASCII are all alike. */
export function factsOf(
  classes: ReadonlyMap<string, number>,
  singles: readonly string[],
): Int32Array {
  const facts = Int32Array.from({ length: byteSize }, (_, code) => {
    const char = String.fromCharCode(code);
    if (code >= asciiSize) return foreignBit;
    return (
      (classes.get(char) ?? 0) |
      (/\d/.test(char) ? digitBit : 0) |
      (/[A-Za-z0-9+/_=-]/.test(char) ? runBit : 0) |
      (/[ ()/-]/.test(char) ? gapBit : 0)
    );
  });
  singles.forEach((char, bit) => {
    for (const one of new Set([char, char.toUpperCase()]))
      facts[one.charCodeAt(0)] = (facts[one.charCodeAt(0)] ?? 0) | (1 << (singleShift + bit));
  });
  return facts;
}

/** A bit for each three classes in a row: a literal may begin there. */
export function beginsOf(
  classes: ReadonlyMap<string, number>,
  literals: readonly string[],
): Int32Array {
  const begins = new Int32Array((threeClasses + 1) >> 5);
  for (const literal of literals) {
    if (literal.length < 2) continue;
    const [first = 0, second = 0, third] = Array.from(
      literal.slice(0, 3),
      (char) => classes.get(char) ?? 0,
    );
    for (let any = 0; any <= classBits; any += 1) {
      const key = (first << 12) | (second << 6) | (third ?? any);
      begins[key >> 5] = (begins[key >> 5] ?? 0) | (1 << (key & 31));
    }
  }
  return begins;
}
