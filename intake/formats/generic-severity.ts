import type { Leaf } from '../leaves.ts';
import { severityByScale, severityOfWord, unknownSeverity, type Severity } from '../severity.ts';
import { genericNames as names } from './generic-names.ts';
import { ranked, type Ranked } from './generic-rank.ts';

/** The surest word or number that grades an alert; of a report with many graded parts the worst. */
export function gradeOf(leaves: readonly Leaf[]): Severity {
  const stated = ranked(leaves, names.severity, { fits: (text) => text.length <= 48 }).filter(
    ({ rank }) => rank > 0,
  );
  let kept = unknownSeverity;
  for (const one of stated) {
    const found = graded(one);
    if (found.severityId > 0) return worstLike(one, found, stated);
    if (kept.severitySource === null) kept = found;
  }
  for (const { leaf, text } of ranked(leaves, names.score)) {
    const bounds =
      leaf.key.includes('cvss') || leaf.key === 'basescore' || Number(text) <= 10
        ? scoreOfTen
        : scoreOfHundred;
    const found = severityByScale(leaf.parts.join('.'), text, bounds);
    if (found.severityId > 0) return found;
  }
  return kept.severitySource === null ? byState(leaves) : kept;
}

const before = /^(?:last|old|prev|prior)/;

/** Monitors grade by their state alone. Of its words only these two say how bad it is. */
function byState(leaves: readonly Leaf[]): Severity {
  for (const { leaf, text } of ranked(leaves, names.status)) {
    if (before.test(leaf.key)) continue;
    const state = text.toLowerCase();
    if (state === 'critical' || state === 'warning')
      return {
        severityId: severityOfWord(state),
        severitySource: { path: leaf.parts.join('.'), value: text },
      };
  }
  return unknownSeverity;
}

const scoreOfTen = [0, 0.1, 4, 7, 9];
const scoreOfHundred = [0, 21, 47, 73, 99];
const scoreOfOne = [0, 0.01, 0.4, 0.7, 0.9];
const gradeOfTen = [0, 1, 4, 7, 9];
const weightOfModel = [0, 2, 3, 4, 5];
const ruleLevel = [0, 4, 7, 12, 15];

/** The same key in a list stands for many parts: the worst of them counts. */
function worstLike(chosen: Ranked, found: Severity, all: readonly Ranked[]): Severity {
  if (!all.some(({ leaf }) => leaf.listed && samePath(leaf, chosen.leaf))) return found;
  let worst = found;
  for (const one of all) {
    if (!samePath(one.leaf, chosen.leaf)) continue;
    const other = graded(one);
    if (other.severityId > worst.severityId) worst = other;
  }
  return worst;
}

const samePath = (one: Leaf, other: Leaf): boolean => one.parts.join('.') === other.parts.join('.');

function graded({ leaf, text }: Ranked): Severity {
  const path = leaf.parts.join('.');
  const number = Number(text);
  if (text !== '' && Number.isFinite(number)) return byNumber(leaf, number);
  return { severityId: wordIn(text), severitySource: { path, value: text } };
}

/**
 * `P2 - High`, `Sev 1`, `high (7.5)`: the first part that is a word of the table. Of the name of a constant (`E_CRITICAL`,
 * `ALERT_LEVEL_WARNING`) the last.
 */
function wordIn(text: string): ReturnType<typeof severityOfWord> {
  const all = severityOfWord(text);
  if (all > 0) return all;
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== 'alert');
  const parts = /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(text) ? words.toReversed() : words;
  for (const [index, part] of parts.entries()) {
    const found = severityOfWord(part) || severityOfWord(`${part}${parts[index + 1] ?? ''}`);
    if (found > 0) return found;
  }
  return 0;
}

/** Their numbers mean another thing with each sender. */
const notGraded: ReadonlySet<string> = new Set(['threatlevel', 'impactlevel', 'alerttype']);

/** Numbers mean what their key's usual scale says; where two are usual, nothing is concluded. */
function byNumber(leaf: Leaf, number: number): Severity {
  const path = leaf.parts.join('.');
  // A model says how much its own findings weigh: more is worse. Elsewhere the first priority is the highest.
  if (leaf.key === 'priority' && leaf.parts.includes('model'))
    return severityByScale(path, number, weightOfModel);
  if (leaf.key.endsWith('priority')) {
    const worstFirst = [0, 5, 4, 3, 2, 1] as const;
    return { severityId: worstFirst[number] ?? 0, severitySource: { path, value: String(number) } };
  }
  if (leaf.key === 'level')
    return leaf.parts.at(-2) === 'rule'
      ? severityByScale(path, number, ruleLevel)
      : { severityId: 0, severitySource: { path, value: String(number) } };
  if (notGraded.has(leaf.key))
    return { severityId: 0, severitySource: { path, value: String(number) } };
  if (number > 0 && number < 1) return severityByScale(path, number, scoreOfOne);
  return severityByScale(path, number, number > 10 ? scoreOfHundred : gradeOfTen);
}
