import RE2 from 're2';
import type { CompiledRule } from './rule.ts';

const memoryMax = 32 * 1024 * 1024;

/**
 * Which of the rules that no literal calls for have a match in a text: one pass for all of them, where a search for each would cost
 * forty times as much. Patterns are compiled without their groups; where they are is found by the rule's own search afterwards.
 */
export function createShapeFilter(
  rules: readonly CompiledRule[],
): (bytes: Buffer) => readonly CompiledRule[] {
  if (rules.length === 0) return () => rules;
  const set = new RE2.Set(
    rules.map((rule) => rule.pattern.replace(/(^|[^\\])\((?!\?)/g, '$1(?:')),
    '',
    { maxMem: memoryMax },
  );
  return (bytes) => {
    try {
      return set
        .match(bytes)
        .map((at) => rules[at])
        .filter((rule) => rule !== undefined);
    } catch {
      // SECURITY: an automaton that ran out of memory knows nothing; every rule is tried then.
      return rules;
    }
  };
}
