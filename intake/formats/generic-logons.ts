import type { Actor } from '../../domain/finding.ts';
import { asText } from '../fields.ts';
import type { Leaf } from '../leaves.ts';
import { actor } from '../observables.ts';

const logonCharsMax = 64;
const logon = /^[\w.-]+\\[\w.$-]+$/;

/** `CORP\\dana`, whatever its key is called: no path, no key of the registry, no file. */
export function logonsIn(leaves: readonly Leaf[]): readonly (Actor | null)[] {
  const found = leaves.filter(
    ({ value }) =>
      typeof value === 'string' &&
      value.length <= logonCharsMax &&
      value.includes('\\') &&
      logon.test(value) &&
      !/^HK|\.\w{2,4}$/.test(value),
  );
  return found.slice(0, 1).map(({ value }) => actor('user', asText(value)));
}
