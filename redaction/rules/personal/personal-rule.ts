import type { Rule } from '../../rule.ts';

/** A rule for personal data. Without literals it is tried where its words stand near, or where enough digits do. */
export const personal = (
  rule: Omit<Rule, 'class' | 'literals'> & Partial<Pick<Rule, 'literals'>>,
): Rule => ({
  class: 'personal',
  literals: [],
  confidence: rule.near === undefined ? 'certain' : 'likely',
  ...rule,
});

/**
 * The shape, standing by itself: no part of a longer word, number, path, version or address. Group 1 is the shape; `inner` must hold no
 * capturing group.
 */
export const bounded = (inner: string): string =>
  `(?:^|[^A-Za-z0-9._/+-]|[A-Za-z][.])(${inner})(?:[.]?[^A-Za-z0-9._/+-]|[.]?$)`;

/** The same in either case of letters. */
export const anyCase = (inner: string): string => `(?i)${bounded(inner)}`;
