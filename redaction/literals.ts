/**
 * One pass over a text that says which of several hundred literals stand in it, where, and whether it is plain ASCII
 * (Aho-Corasick over UTF-16 units, ASCII case folded). Nearly every field of an alert ends here: nothing stands in it.
 */
export interface LiteralHits {
  /** Pairs of literal number and end offset, in the order of the text; `count` pairs are valid. */
  readonly ids: Int32Array;
  readonly ends: Int32Array;
  count: number;
  /** More hits than `hitsMax`: the caller must treat the text as hostile. */
  overflow: boolean;
  ascii: boolean;
  /** Digits in the longest run that only blanks, hyphens, slashes and brackets interrupt, two at a time. */
  longestDigits: number;
  /** Length of the longest run of base64, base64url or hexadecimal characters, and where it ends. */
  longestRun: number;
}

export interface LiteralScanner {
  scan(text: string): LiteralHits;
}

const hitsMax = 65_536;
const asciiSize = 128;

/**
 * `literals[n]` is reported as number `n`; where `everywhere` says 0, only the first time that it stands in a text. The hits are reused by
 * the next scan: read them first.
 */
export function createLiteralScanner(
  literals: readonly string[],
  everywhere: Uint8Array = new Uint8Array(literals.length).fill(1),
): LiteralScanner {
  const classes = classTable(literals);
  const width = 1 + Math.max(...classes);
  const { next, outputs } = buildAutomaton(literals, classes, width);
  const ends = Uint8Array.from({ length: next.length / width }, (_, state) =>
    outputs[state] === undefined ? 0 : 1,
  );
  const hits: LiteralHits = {
    ids: new Int32Array(hitsMax),
    ends: new Int32Array(hitsMax),
    count: 0,
    overflow: false,
    ascii: true,
    longestDigits: 0,
    longestRun: 0,
  };
  const seen = new Uint32Array(literals.length);
  const once = { everywhere, seen, turn: 0 };
  return { scan: (text) => scanText(text, { classes, width, next, outputs, ends, hits, once }) };
}

interface Machine {
  readonly classes: Uint8Array;
  readonly width: number;
  readonly next: Uint16Array;
  readonly outputs: readonly (readonly number[] | undefined)[];
  /** 1 for states in which a literal ends: a byte a state stays in the cache. */
  readonly ends: Uint8Array;
  readonly hits: LiteralHits;
  readonly once: Once;
}

/** Literals that are reported once a text: `seen` holds the turn in which each was. */
interface Once {
  readonly everywhere: Uint8Array;
  readonly seen: Uint32Array;
  turn: number;
}

function scanText(text: string, machine: Machine): LiteralHits {
  const { classes, width, next, outputs, ends, hits, once } = machine;
  once.turn = (once.turn + 1) >>> 0;
  hits.count = 0;
  hits.overflow = false;
  hits.longestRun = 0;
  hits.longestDigits = 0;
  let state = 0;
  let digits = 0;
  let gap = 3;
  let run = 0;
  let beyond = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= asciiSize) {
      beyond |= 1;
      state = 0;
      run = 0;
      gap = 3;
      continue;
    }
    const trait = traits[code] ?? 0;
    if ((trait & 1) === 1) {
      digits = gap > 2 ? 1 : digits + 1;
      gap = 0;
      if (digits > hits.longestDigits) hits.longestDigits = digits;
    } else gap += (trait & 4) === 4 ? 1 : 3;
    run = trait & 2 ? run + 1 : 0;
    if (run > hits.longestRun) hits.longestRun = run;
    state = next[state * width + (classes[code] ?? 0)] ?? 0;
    if (ends[state] === 1) addHits(machine, outputs[state] ?? [], at + 1);
  }
  hits.ascii = beyond === 0;
  return hits;
}

function addHits({ hits, once }: Machine, found: readonly number[], end: number): void {
  for (let each = 0; each < found.length; each += 1) {
    const id = found[each] ?? 0;
    if (once.everywhere[id] === 0) {
      if (once.seen[id] === once.turn) continue;
      once.seen[id] = once.turn;
    }
    if (hits.count >= hitsMax) {
      hits.overflow = true;
      return;
    }
    hits.ids[hits.count] = id;
    hits.ends[hits.count] = end;
    hits.count += 1;
  }
}

/** Bit 0: a digit. Bit 1: a character of base64 in any alphabet. Bit 2: what people write between groups of digits. */
const traits = Uint8Array.from({ length: asciiSize }, (_, code) => {
  const char = String.fromCharCode(code);
  return (
    (/\d/.test(char) ? 1 : 0) |
    (/[A-Za-z0-9+/_=-]/.test(char) ? 2 : 0) |
    (/[ ()/-]/.test(char) ? 4 : 0)
  );
});

/** Characters that stand in no literal share class 0, which keeps the table small enough for the cache. */
function classTable(literals: readonly string[]): Uint8Array {
  const classes = new Uint8Array(asciiSize);
  let used = 0;
  for (const char of [...new Set(literals.join(''))].sort()) {
    used += 1;
    classes[char.charCodeAt(0)] = used;
    classes[char.toUpperCase().charCodeAt(0)] = used;
  }
  return classes;
}

function buildAutomaton(
  literals: readonly string[],
  classes: Uint8Array,
  width: number,
): Pick<Machine, 'next' | 'outputs'> {
  const states = 1 + literals.reduce((sum, literal) => sum + literal.length, 0);
  const next = new Uint16Array(states * width);
  const outputs: (number[] | undefined)[] = [];
  let used = 1;
  literals.forEach((literal, id) => {
    let state = 0;
    for (const char of literal) {
      const edge = state * width + (classes[char.charCodeAt(0)] ?? 0);
      if (next[edge] === 0) next[edge] = used++;
      state = next[edge] ?? 0;
    }
    (outputs[state] ??= []).push(id);
  });
  linkFailures(next, outputs, width);
  return { next, outputs };
}

/** Turns the trie into a complete automaton, breadth first: missing edges lead where the longest proper suffix would. */
function linkFailures(next: Uint16Array, outputs: (number[] | undefined)[], width: number): void {
  const fails = new Uint16Array(next.length / width);
  const queue: number[] = [];
  for (let edge = 0; edge < width; edge += 1) if (next[edge] !== 0) queue.push(next[edge] ?? 0);
  for (let head = 0; head < queue.length; head += 1) {
    const state = queue[head] ?? 0;
    const fail = fails[state] ?? 0;
    const inherited = outputs[fail];
    if (inherited !== undefined) outputs[state] = [...(outputs[state] ?? []), ...inherited];
    for (let edge = 0; edge < width; edge += 1) {
      const target = next[state * width + edge] ?? 0;
      const fallback = next[fail * width + edge] ?? 0;
      if (target === 0) next[state * width + edge] = fallback;
      else {
        fails[target] = fallback;
        queue.push(target);
      }
    }
  }
}
