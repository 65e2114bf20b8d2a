import { SallyportError } from './errors.ts';

/** Throws `BROKEN_INVARIANT` unless `condition` holds. In a workflow that parks the run, which is wanted. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new SallyportError('BROKEN_INVARIANT', message);
}
