import type { SeverityId } from '../domain/finding.ts';
import type { SeverityRule } from './declaration.ts';
import { fold } from './fields.ts';
import { severityByScale, severityOfWord, type Severity } from './severity.ts';
import { firstOf, textsOf, type Source } from './view.ts';

/** A word of the table that all products share, at the first of `paths` that has one. */
export const byWord =
  (...paths: readonly Source[]): SeverityRule =>
  (view) => {
    let kept: Severity | null = null;
    for (const path of paths) {
      for (const value of textsOf(view, path)) {
        const severityId = severityOfWord(value);
        const found: Severity = { severityId, severitySource: { path: nameOf(path), value } };
        if (severityId > 0) return found;
        kept ??= found;
      }
    }
    return kept;
  };

/** A product's own words, folded, where they mean something else than in the shared table. */
export const byTable =
  (path: Source, table: Readonly<Record<string, SeverityId>>): SeverityRule =>
  (view) => {
    for (const value of textsOf(view, path)) {
      const word = fold(value);
      if (!Object.hasOwn(table, word)) continue;
      return { severityId: table[word] ?? 0, severitySource: { path: nameOf(path), value } };
    }
    return null;
  };

/** A number on a scale given by its lower bounds, ascending, for ids 1 to 5. */
export const byScale =
  (path: Source, bounds: readonly number[]): SeverityRule =>
  (view) =>
    severityByScale(nameOf(path), firstOf(view, path), bounds);

/** The worst word among several findings of one report. */
export const byWorst =
  (path: Source): SeverityRule =>
  (view) => {
    let worst: Severity | null = null;
    for (const value of textsOf(view, path)) {
      const severityId = severityOfWord(value);
      if (worst === null || severityId > worst.severityId)
        worst = { severityId, severitySource: { path: nameOf(path), value } };
    }
    return worst;
  };

const nameOf = (path: Source): string => (typeof path === 'string' ? path : 'derived');
