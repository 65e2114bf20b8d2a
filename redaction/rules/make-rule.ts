import type { Rule } from '../rule.ts';

/** Patterns are written as they are read: no doubled backslashes. */
export const re = String.raw;

type Given = Omit<Rule, 'class' | 'id' | 'kind' | 'confidence'> &
  Partial<Pick<Rule, 'kind' | 'confidence'>>;

/** A credential whose shape alone tells it. */
export const marked = (id: string, rule: Given): Rule => ({
  id,
  kind: id,
  class: 'secret',
  confidence: 'certain',
  validator: 'notMasked',
  ...rule,
});

/** A credential that its surroundings tell. */
export const placed = (id: string, rule: Given): Rule =>
  marked(id, { confidence: 'likely', ...rule });

/** A key without a mark of its own: told by the vendor's name right before it. */
interface VendorKey {
  /** The vendor's names, lower case; `.` in them stands for one optional separator. */
  readonly names: readonly string[];
  /** Shape of the value, case matters. */
  readonly value: string;
  /** A value of that shape, as `redaction/rule-examples.ts` reads it. */
  readonly sample: string;
  /** False where the shape is that of a hash, a UUID or a word: then `key`, `token`, … must stand between name and value. */
  readonly alone?: boolean;
  readonly entropyMin?: number;
  readonly source: string;
}

const credentialWord = '(?:key|token|secret|auth|pass|pat|cred|api)';
const gap = re`[\w .\-"'\\\])]`;
const operator = re`\s{0,3}(?:=>|:=|==|[=:,(>|]|\bis\b|-)?\s{0,3}["'\x60(\\]{0,3}`;

/** The pattern of every vendor's key is made by one rule; so are its examples, from the row's own words and sample. */
export function vendorKey(id: string, row: VendorKey): Rule {
  const names = row.names.map((name) => namePattern(name)).join('|');
  const between =
    row.alone === true ? `${gap}{0,32}?` : `${gap}{0,24}?${credentialWord}${gap}{0,12}?`;
  const name = (row.names[0] ?? '').replaceAll('.', '_');
  return placed(id, {
    literals: row.names.flatMap((one) => spellings(one)),
    pattern: re`(?i)(?:${names})${between}${operator}((?-i:${row.value}))(?:[^A-Za-z0-9_-]|$)`,
    group: 1,
    runMin: shortestOf(row.value),
    validator: 'notPlaceholder',
    ...(row.entropyMin === undefined ? {} : { entropyMin: row.entropyMin }),
    positives: [
      `${name}_api_key = "${row.sample}"`,
      `export ${name.toUpperCase()}_TOKEN=${row.sample}`,
      `{"${name}ApiKey": "${row.sample}"}`,
    ],
    negatives: [
      `seen ${row.sample} once`,
      `${name}_api_key = "<your key>"`,
      `${name}_token_rotated_at = 2026-01-02`,
    ],
    source: row.source,
  });
}

/** The longest count of each alternative; of those the least: a text without such a run holds no such value. */
const shortestOf = (value: string): number =>
  Math.min(
    ...value
      .split('|')
      .map((one) => Math.max(1, ...[...one.matchAll(/\{(\d+)/g)].map((count) => Number(count[1])))),
  );

/** A short name stands in many words (`sumOfAll`): it must end and begin where a word does. */
function namePattern(name: string): string {
  const pattern = name.replaceAll('.', '[ ._-]?');
  return name.length > 5 ? pattern : re`(?:^|[^A-Za-z])${pattern}(?-i:[^a-z]|[A-Z])`;
}

/** `new.relic` is written `newrelic`, `new relic`, `new_relic`, `new-relic` and `new.relic`. */
function spellings(name: string): readonly string[] {
  return name.includes('.')
    ? ['', ' ', '_', '-', '.'].map((by) => name.split('.').join(by))
    : [name];
}
