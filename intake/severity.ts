import type { SeverityId } from '../domain/finding.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { textAt } from './fields.ts';

/** Words that products use, as one table: no two of them give a word two meanings. A word that is not here is 0. */
const words: { readonly [word: string]: SeverityId } = {
  informational: 1,
  information: 1,
  info: 1,
  debug: 1,
  none: 1,
  ok: 1,
  trace: 1,
  sev4: 1,
  p5: 1,
  low: 2,
  notice: 2,
  minor: 2,
  sev3: 2,
  p4: 2,
  medium: 3,
  moderate: 3,
  med: 3,
  warning: 3,
  warn: 3,
  average: 3,
  sev2: 3,
  p3: 3,
  high: 4,
  error: 4,
  major: 4,
  err: 4,
  important: 4,
  severe: 4,
  sev1: 4,
  p2: 4,
  critical: 5,
  crit: 5,
  alert: 5,
  emergency: 5,
  page: 5,
  disaster: 5,
  'very-high': 5,
  sev0: 5,
  p1: 5,
  urgent: 5,
  fatal: 6,
};

export interface Severity {
  readonly severityId: SeverityId;
  readonly severitySource: { readonly path: string; readonly value: string } | null;
}

export const unknownSeverity: Severity = { severityId: 0, severitySource: null };

export function severityOfWord(word: string): SeverityId {
  const name = word.trim().toLowerCase();
  return Object.hasOwn(words, name) ? (words[name] ?? 0) : 0;
}

/** The first of `paths` that holds a word of the table; where none does, what was written is kept with severity 0. */
export function severityByWord(value: JsonObject, paths: readonly string[]): Severity {
  let kept = unknownSeverity;
  for (const path of paths) {
    const text = textAt(value, path);
    if (text === '') continue;
    const severityId = severityOfWord(text);
    if (severityId > 0) return { severityId, severitySource: { path, value: text } };
    if (kept.severitySource === null)
      kept = { severityId: 0, severitySource: { path, value: text } };
  }
  return kept;
}

/** A number on a scale given by its lower bounds, ascending, for ids 1 to 5: `[0, 21, 47, 73, 99]`. */
export function severityByScale(
  path: string,
  raw: Json | undefined,
  bounds: readonly number[],
): Severity {
  const number =
    typeof raw === 'number'
      ? raw
      : typeof raw === 'string' && raw.trim() !== ''
        ? Number(raw)
        : Number.NaN;
  if (!Number.isFinite(number)) return unknownSeverity;
  let id = 0;
  for (const [index, bound] of bounds.entries()) if (number >= bound) id = index + 1;
  return { severityId: idOfIndex(id), severitySource: { path, value: String(number) } };
}

const ids: readonly SeverityId[] = [0, 1, 2, 3, 4, 5, 6];
const idOfIndex = (index: number): SeverityId => ids[index] ?? 0;
