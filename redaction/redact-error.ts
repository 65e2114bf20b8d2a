import type { Redactor } from './redact.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';

const causesMax = 8;
const stackChars = 16_384;

export interface RedactedError {
  readonly error: unknown;
  readonly sealed: readonly SealedOriginal[];
}

/**
 * Redacts message, stack, own fields (`details`, `code`, …) and causes of what was thrown, in place, so that its class and prototype stay
 * and Temporal still tells failures apart. Something that is not an error is redacted as a value. Never throws.
 */
export function redactError(redactor: Redactor, error: unknown): RedactedError {
  const sealed: SealedOriginal[] = [];
  const keep = (more: readonly SealedOriginal[]): void => void sealed.push(...more);
  return { error: redactThrown({ redactor, keep, depth: 0, seen: new Set() }, error), sealed };
}

interface Errand {
  readonly redactor: Redactor;
  readonly keep: (sealed: readonly SealedOriginal[]) => void;
  readonly depth: number;
  readonly seen: Set<unknown>;
}

function redactThrown(errand: Errand, error: unknown): unknown {
  if (!(error instanceof Error)) {
    const redacted = errand.redactor.redact(error);
    errand.keep(redacted.sealed);
    return redacted.value;
  }
  if (errand.depth >= causesMax || errand.seen.has(error))
    return new Error('[redacted:over-budget]');
  errand.seen.add(error);
  for (const name of [
    'message',
    'stack',
    ...Object.getOwnPropertyNames(error).filter((own) => own !== 'message' && own !== 'stack'),
  ]) {
    redactField(errand, error, name);
  }
  return error;
}

function redactField(errand: Errand, error: Error, name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(error, name);
  const before: unknown = Reflect.get(error, name);
  if (before === undefined || typeof before === 'function') return;
  const after = redactedField({ ...errand, depth: errand.depth + 1 }, name, before);
  if (after === before) return;
  const enumerable = descriptor?.enumerable ?? false;
  // A frozen error keeps what it has: an error that cannot be cleaned must not travel, so the caller gets the failure.
  Object.defineProperty(error, name, {
    value: after,
    writable: true,
    configurable: true,
    enumerable,
  });
}

function redactedField(errand: Errand, name: string, value: unknown): unknown {
  if (value instanceof Error) return redactThrown(errand, value);
  if (Array.isArray(value) && name === 'errors')
    return value.map((item: unknown) => redactThrown(errand, item));
  const bounded =
    typeof value === 'string' && name === 'stack' ? value.slice(0, stackChars) : value;
  const redacted = errand.redactor.redact(bounded);
  errand.keep(redacted.sealed);
  return redacted.value;
}
