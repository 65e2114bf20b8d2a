import { failpoints } from '../../platform/failpoint.ts';
import type { Failpoint } from '../../platform/failpoint.ts';
import type { Stop } from './chain.ts';

/** Mulberry32: small, and the same numbers for the same seed everywhere. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Only a batch that nothing hosts is reaped: these follow a kill that leaves one. */
const reaping: readonly Failpoint[] = [
  'stamp-after-commit',
  'reap-before-commit',
  'reap-after-commit',
];
const victims = ['engine', 'everything', 'postgres', 'temporal'] as const;
const instantsOfEach = 4;
const instantMsMax = 3_500;
const chainMax = 10;

function shuffled<Item>(items: readonly Item[], roll: () => number): Item[] {
  return items
    .map((item) => ({ item, rank: roll() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** Every point once and every victim at several instants, in an order of the dice's. */
function newDeck(roll: () => number): (readonly Stop[])[] {
  const points = failpoints
    .filter((point) => !reaping.includes(point))
    .map((point): readonly Stop[] => [{ point }]);
  const instants = victims.flatMap((victim) =>
    Array.from({ length: instantsOfEach }, (): readonly Stop[] => [
      { victim, afterMs: Math.round(roll() * instantMsMax) },
    ]),
  );
  return shuffled([...points, ...instants, reaping.map((point) => ({ point }))], roll);
}

/** Chains of one to ten kills without end; every point comes up before any comes up again. */
export function* chains(seed: number): Generator<readonly Stop[], never> {
  const roll = dice(seed);
  let deck: (readonly Stop[])[] = [];
  for (;;) {
    const length = 1 + Math.floor(roll() * chainMax);
    const chain: Stop[] = [];
    while (chain.length < length) {
      if (deck.length === 0) deck = newDeck(roll);
      chain.push(...(deck.pop() ?? []));
    }
    yield chain;
  }
}
