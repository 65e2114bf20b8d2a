/** Literals of two characters and more by what they are made of, ASCII case folded. Node 0 is none. */
export interface Trie {
  /** The node of the first two characters, by both of them: dense, for most searches end there. */
  readonly pairs: Uint16Array;
  /** By node: the character that leads to it, its first child, the next child of its parent. */
  readonly chars: Uint8Array;
  readonly children: Uint16Array;
  readonly siblings: Uint16Array;
  /** By node: numbers of the literals that end there. */
  readonly ending: readonly (readonly number[] | undefined)[];
}

const asciiSize = 128;
const nodesMax = 65_535;

export function buildTrie(literals: readonly string[]): Trie {
  const size = 1 + literals.reduce((sum, literal) => sum + literal.length, 0);
  if (size > nodesMax) throw new TypeError('the literals are too many for one trie');
  const ending: (number[] | undefined)[] = [];
  const trie = {
    pairs: new Uint16Array(asciiSize * asciiSize),
    chars: new Uint8Array(size),
    children: new Uint16Array(size),
    siblings: new Uint16Array(size),
    ending,
  };
  let used = 0;
  literals.forEach((literal, id) => {
    if (literal.length < 2) return;
    const pair = literal.charCodeAt(0) * asciiSize + literal.charCodeAt(1);
    if (trie.pairs[pair] === 0) trie.pairs[pair] = used += 1;
    let node = trie.pairs[pair] ?? 0;
    for (let at = 2; at < literal.length; at += 1) {
      const code = literal.charCodeAt(at);
      let child = childOf(trie, node, code);
      if (child === 0) {
        child = used += 1;
        trie.chars[child] = code;
        trie.siblings[child] = trie.children[node] ?? 0;
        trie.children[node] = child;
      }
      node = child;
    }
    (ending[node] ??= []).push(id);
  });
  return trie;
}

const lower = (code: number): number => (code >= 65 && code <= 90 ? code + 32 : code);

/** The node of two characters, or 0. */
export function pairOf({ pairs }: Trie, first: number, second: number): number {
  return first < asciiSize && second < asciiSize
    ? (pairs[lower(first) * asciiSize + lower(second)] ?? 0)
    : 0;
}

/** The node that `code` leads to from `node`, or 0. */
export function childOf(
  { chars, children, siblings }: Omit<Trie, 'pairs' | 'ending'>,
  node: number,
  code: number,
): number {
  const wanted = lower(code);
  let child = children[node] ?? 0;
  while (child !== 0 && chars[child] !== wanted) child = siblings[child] ?? 0;
  return child;
}
