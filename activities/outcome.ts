import { isErrorCode, SallyportError } from '../domain/errors.ts';
import type { Outcome } from '../domain/run.types.ts';

const detailCharsMax = 500;

/** An error as the value that a run gets. What is not ours says nothing but that it broke. */
export function errorOutcome(error: unknown): Extract<Outcome, { kind: 'error' }> {
  if (!(error instanceof SallyportError))
    return { kind: 'error', code: 'BROKEN_INVARIANT', detail: 'an unexpected error; see the log' };
  const detail = error.message.slice(0, detailCharsMax);
  return error.retryAfterMs === undefined
    ? { kind: 'error', code: error.code, detail }
    : { kind: 'error', code: error.code, detail, retryAfterMs: error.retryAfterMs };
}

/** `results` in the order of `items`, with at most `limit` under way at once. */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = Array.from({ length: items.length });
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

/** The error that a stored detail, `CODE: message`, tells of; null where it begins with no code. */
export function recordedError(detail: string): SallyportError | null {
  const [code = '', ...rest] = detail.split(': ');
  return isErrorCode(code) ? new SallyportError(code, rest.join(': ')) : null;
}
