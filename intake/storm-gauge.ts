import type { Clock } from '../platform/clock.ts';
import { createTokenBucket, type BucketRate, type TokenBucket } from './token-bucket.ts';

export interface StormRates {
  /** New problems of one source; null: never a storm. */
  readonly problems: BucketRate | null;
  /** The same for all sources together. */
  readonly allProblems: BucketRate | null;
  /** By source, where it has its own: new problems, and deliveries (left out: no bound). */
  readonly bySource: Readonly<
    Record<string, { readonly problems?: BucketRate; readonly deliveries?: BucketRate }>
  >;
}

/** How fast each source opens incidents, and how fast it may send. In memory: after a restart all begin rested. */
export interface StormGauge {
  /** How many incidents it may open before what comes is held under an umbrella. */
  allowance(source: string): number;
  opened(source: string, incidents: number): void;
  /** Counts a delivery. How long the sender must wait; 0: it may go on. */
  delivery(source: string): number;
  /** Whether it opens incidents faster than it may. */
  isStorming(source: string): boolean;
}

/** What people report is never a storm. */
const people = 'manual';

export function createStormGauge(rates: StormRates, clock: Clock): StormGauge {
  const problems = new Map<string, TokenBucket | null>();
  const deliveries = new Map<string, TokenBucket | null>();
  const all = rates.allProblems === null ? null : createTokenBucket(rates.allProblems);
  const bucketIn = (
    buckets: Map<string, TokenBucket | null>,
    source: string,
    rate: BucketRate | null | undefined,
  ): TokenBucket | null => {
    const known = buckets.get(source);
    if (known !== undefined) return known;
    const bucket = rate == null ? null : createTokenBucket(rate);
    buckets.set(source, bucket);
    return bucket;
  };
  const problemsOf = (source: string): TokenBucket | null =>
    source === people
      ? null
      : bucketIn(problems, source, rates.bySource[source]?.problems ?? rates.problems);
  const allowance = (source: string): number => {
    const own = problemsOf(source);
    if (own === null) return Infinity;
    const nowMs = clock.nowMs();
    return Math.floor(Math.min(own.left(nowMs), all?.left(nowMs) ?? Infinity));
  };
  return {
    allowance,
    opened: (source, incidents) => {
      const nowMs = clock.nowMs();
      const own = problemsOf(source);
      if (own === null) return;
      own.spend(incidents, nowMs);
      all?.spend(incidents, nowMs);
    },
    delivery: (source) => {
      const bucket = bucketIn(deliveries, source, rates.bySource[source]?.deliveries);
      if (bucket === null) return 0;
      const nowMs = clock.nowMs();
      if (bucket.left(nowMs) < 1) return bucket.waitMs(nowMs);
      bucket.spend(1, nowMs);
      return 0;
    },
    isStorming: (source) => allowance(source) < 1,
  };
}
