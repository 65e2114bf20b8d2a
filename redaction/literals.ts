import {
  asciiSize,
  beginsOf,
  classBits,
  classesOf,
  digitBit,
  factsOf,
  foreignBit,
  gapBit,
  runBit,
  singleShift,
  singlesMax,
  threeClasses,
} from './literal-tables.ts';
import { buildTrie, childOf, pairOf, type Trie } from './literal-trie.ts';

/**
 * One pass over a text that says which of some thousand literals stand in it, where, and what its characters are like (ASCII case folded).
 * Nearly every field of an alert ends here: nothing stands in it. Three characters decide whether a literal may begin: a table
 * of 32 kilobytes, of which a text touches few lines, where an automaton of all literals takes a megabyte. Then a trie decides.
 */
export interface LiteralHits {
  /** Pairs of literal number and end offset, those of one character first, then as they begin; `count` pairs are valid. */
  readonly ids: Int32Array;
  readonly ends: Int32Array;
  count: number;
  /** More hits than `literalLimits.hits`: the caller must treat the text as hostile. */
  overflow: boolean;
  ascii: boolean;
  /** Digits in the longest run that only blanks, hyphens, slashes and brackets interrupt, two at a time. */
  longestDigits: number;
  /** Length of the longest run of base64, base64url or hexadecimal characters. */
  longestRun: number;
  /** Start and end of each run of at least `literalLimits.longRunChars`; `longRunCount` numbers are valid. */
  longRuns: Int32Array;
  longRunCount: number;
}

export interface LiteralScanner {
  scan(text: string): LiteralHits;
}

export const literalLimits = {
  hits: 65_536,
  longRunChars: 10,
  /** Room that is kept for the next text; a longer one gets its own. */
  roomChars: 1_048_576,
} as const;

const firstRoomChars = 4_096;
interface Machine {
  /** By byte; those that are not ASCII are all alike. */
  readonly facts: Int32Array;
  /** A bit for each three classes in a row: a literal may begin there. */
  readonly begins: Int32Array;
  readonly trie: Trie;
  /** By number: how a literal with capitals is written; it counts only where it stands so. */
  readonly exact: readonly (Uint8Array | undefined)[];
  /** Numbers of the literals of one character, by bit. */
  readonly singles: readonly number[];
  readonly hits: LiteralHits;
  readonly once: Once;
  room: Room;
}

/** Literals that are reported once a text: `seen` holds the turn in which each was. */
interface Once {
  readonly everywhere: Uint8Array;
  readonly seen: Uint32Array;
  turn: number;
}

/** Where the pass reads from and writes to; used again for the next text. */
interface Room {
  readonly bytes: Buffer;
  /** Where literals may begin. */
  readonly starts: Int32Array;
  startCount: number;
  readonly runs: Int32Array;
}

const roomFor = (chars: number): Room => ({
  bytes: Buffer.alloc(chars),
  starts: new Int32Array(chars + 2),
  startCount: 0,
  runs: new Int32Array(chars + 2),
});

/**
 * `literals[n]` is reported as number `n`, in any case, or as it is written if it has capitals; where `everywhere` says 0, only the first time that it stands in a text. One of a single
 * character is reported once, without its place. The hits are reused by the next scan: read them first.
 */
export function createLiteralScanner(
  literals: readonly string[],
  everywhere: Uint8Array = new Uint8Array(literals.length).fill(1),
): LiteralScanner {
  const singles = literals.flatMap((literal, id) => (literal.length === 1 ? [id] : []));
  if (singles.length > singlesMax) throw new TypeError('too many literals of one character');
  const lower = literals.map((literal) => literal.toLowerCase());
  const classes = classesOf(lower);
  const machine: Machine = {
    facts: factsOf(
      classes,
      singles.map((id) => lower[id] ?? ''),
    ),
    begins: beginsOf(classes, lower),
    trie: buildTrie(lower),
    exact: literals.map((literal, id) =>
      literal === lower[id] ? undefined : Buffer.from(literal, 'latin1'),
    ),
    singles,
    hits: {
      ids: new Int32Array(literalLimits.hits),
      ends: new Int32Array(literalLimits.hits),
      count: 0,
      overflow: false,
      ascii: true,
      longestDigits: 0,
      longestRun: 0,
      longRuns: new Int32Array(0),
      longRunCount: 0,
    },
    once: { everywhere, seen: new Uint32Array(literals.length), turn: 0 },
    room: roomFor(firstRoomChars),
  };
  return { scan: (text) => scanText(machine, text) };
}

function scanText(machine: Machine, text: string): LiteralHits {
  const { hits, once } = machine;
  if (machine.room.bytes.length < text.length) machine.room = roomFor(text.length * 2);
  const { room } = machine;
  once.turn = (once.turn + 1) >>> 0;
  hits.count = 0;
  hits.overflow = false;
  // A text of ASCII is as long in UTF-8; reading bytes is twice as fast as reading the characters of a string.
  let all = room.bytes.write(text) === text.length ? scanBytes(machine, text.length) : foreignBit;
  if ((all & foreignBit) !== 0) {
    for (let at = 0; at < text.length; at += 1)
      room.bytes[at] = Math.min(text.charCodeAt(at), asciiSize);
    all = scanBytes(machine, text.length);
  }
  hits.ascii = (all & foreignBit) === 0;
  hits.longRuns = room.runs;
  addSingles(machine, all >>> singleShift);
  for (let at = 0; at < room.startCount; at += 1)
    addLiterals(machine, room.starts[at] ?? 0, text.length);
  if (room.bytes.length > literalLimits.roomChars) machine.room = roomFor(firstRoomChars);
  return hits;
}

/**
 * Counts digits and runs, and notes where literals may begin; answers with the facts of all characters together. Nothing is called in the
 * loop: a call there would keep its numbers out of the registers, which doubles what it costs.
 */
function scanBytes(machine: Machine, length: number): number {
  const { facts, begins, hits, room } = machine;
  const { bytes, starts, runs } = room;
  let all = 0;
  let key = 0;
  let startCount = 0;
  let digits = 0;
  let longestDigits = 0;
  let gap = 3;
  let run = 0;
  let longestRun = 0;
  let runCount = 0;
  for (let at = 0; at < length; at += 1) {
    const fact = facts[bytes[at] ?? 0] ?? 0;
    all |= fact;
    key = ((key << 6) | (fact & classBits)) & threeClasses;
    if ((((begins[key >> 5] ?? 0) >>> (key & 31)) & 1) === 1) starts[startCount++] = at - 2;
    if ((fact & digitBit) !== 0) {
      digits = gap > 2 ? 1 : digits + 1;
      gap = 0;
      if (digits > longestDigits) longestDigits = digits;
    } else gap += (fact & gapBit) !== 0 ? 1 : 3;
    if ((fact & runBit) !== 0) run += 1;
    else if (run !== 0) {
      if (run >= literalLimits.longRunChars) {
        runs[runCount++] = at - run;
        runs[runCount++] = at;
      }
      if (run > longestRun) longestRun = run;
      run = 0;
    }
  }
  // The last two characters may be a literal as well.
  key = (key << 6) & threeClasses;
  if ((((begins[key >> 5] ?? 0) >>> (key & 31)) & 1) === 1) starts[startCount++] = length - 2;
  if (run >= literalLimits.longRunChars) {
    runs[runCount++] = length - run;
    runs[runCount++] = length;
  }
  room.startCount = startCount;
  hits.longRunCount = runCount;
  hits.longestRun = Math.max(run, longestRun);
  hits.longestDigits = longestDigits;
  return all;
}

/** All literals that begin at `start`. */
function addLiterals(machine: Machine, start: number, length: number): void {
  const { trie } = machine;
  const { bytes } = machine.room;
  let node = pairOf(trie, bytes[start] ?? 0, bytes[start + 1] ?? 0);
  for (let end = start + 2; node !== 0; end += 1) {
    const ids = trie.ending[node];
    if (ids !== undefined)
      for (let each = 0; each < ids.length; each += 1) addHit(machine, ids[each] ?? 0, end);
    if (end >= length) return;
    node = childOf(trie, node, bytes[end] ?? 0);
  }
}

function addSingles(machine: Machine, seen: number): void {
  for (let bit = 0; seen >>> bit !== 0; bit += 1)
    if (((seen >>> bit) & 1) === 1) addHit(machine, machine.singles[bit] ?? 0, 0);
}

function addHit(machine: Machine, id: number, end: number): void {
  const { hits, once, exact } = machine;
  if (exact[id] !== undefined && !isWritten(machine.room.bytes, exact[id], end)) return;
  if (once.everywhere[id] === 0) {
    if (once.seen[id] === once.turn) return;
    once.seen[id] = once.turn;
  }
  if (hits.count >= literalLimits.hits) {
    hits.overflow = true;
    return;
  }
  hits.ids[hits.count] = id;
  hits.ends[hits.count] = end;
  hits.count += 1;
}

function isWritten(bytes: Uint8Array, literal: Uint8Array, end: number): boolean {
  const start = end - literal.length;
  for (let at = 0; at < literal.length; at += 1)
    if (bytes[start + at] !== literal[at]) return false;
  return true;
}
