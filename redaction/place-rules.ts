import { wordsOf } from './field-names.ts';
import { createLiteralScanner } from './literals.ts';
import { isNear, literalOf } from './near.ts';
import { triggersOf, type CompiledRule } from './rule.ts';

/** Rules that the place of a text calls for, or words that the one pass over ASCII literals cannot see. */
export interface PlaceRules {
  /** Words of the rule stand in the name of the field. Names repeat: answers are kept, up to a bound. */
  byField(field: string): readonly CompiledRule[];
  /** True: no rule finds a word of its own in that name, so that a text under it reads as under any other such name. */
  isMute(field: string): boolean;
  /** For a short text without a field: rules that believe what stands alone. */
  byText(text: string): readonly CompiledRule[];
  /** Words of the rule, in another script, stand in the text. */
  byForeignWord(text: string): readonly CompiledRule[];
}

export const placeLimits = { fields: 4_096, fieldChars: 128, aloneChars: 160 } as const;

const none: readonly CompiledRule[] = [];
const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

export function createPlaceRules(rules: readonly CompiledRule[]): PlaceRules {
  const alone = rules.filter((rule) => rule.alone === true);
  const foreign = rules.flatMap((rule) =>
    (rule.near?.words ?? [])
      .filter((word) => !isAscii(word))
      .map((word): readonly [string, CompiledRule] => [literalOf(word), rule]),
  );
  const readField = createFieldReader(rules);
  const known = new Map<string, FieldReading>();
  const reading = (field: string): FieldReading => {
    const before = known.get(field);
    if (before !== undefined) return before;
    const found = readField(field);
    if (known.size >= placeLimits.fields) known.clear();
    known.set(field, found);
    return found;
  };
  const isName = (field: string): boolean =>
    field.length >= 2 && field.length <= placeLimits.fieldChars;
  return {
    byField: (field) => (isName(field) ? reading(field).rules : none),
    isMute: (field) => isName(field) && reading(field).isMute,
    byText: (text) => (text.length <= placeLimits.aloneChars ? alone : none),
    byForeignWord: (text) => {
      const lower = text.toLowerCase();
      return foreign.filter(([word]) => lower.includes(word)).map(([, rule]) => rule);
    },
  };
}

interface FieldReading {
  readonly rules: readonly CompiledRule[];
  readonly isMute: boolean;
}

function createFieldReader(all: readonly CompiledRule[]): (field: string) => FieldReading {
  const rules = all.filter((rule) => rule.near !== undefined);
  const contexts = [...new Set(all.flatMap((rule) => rule.context ?? []))];
  const words = [
    ...new Set(rules.flatMap((rule) => rule.near?.words.map(literalOf).filter(isAscii) ?? [])),
  ];
  const scanner = createLiteralScanner(words);
  const rulesOf = words.map((word) =>
    rules.filter((rule) => rule.near?.words.some((own) => literalOf(own) === word)),
  );
  return (field) => {
    const spaced = wordsOf(field).join(' ');
    const hits = scanner.scan(spaced);
    const found = new Set<CompiledRule>();
    for (let at = 0; at < hits.count; at += 1)
      for (const rule of rulesOf[hits.ids[at] ?? 0] ?? [])
        if (rule.near !== undefined && isNear(rule.near, { before: '', after: '', field: spaced }))
          found.add(rule);
    const lower = field.toLowerCase();
    const isMute =
      hits.count === 0 && isAscii(field) && !contexts.some((word) => lower.includes(word));
    return { rules: [...found], isMute };
  };
}

/** ASCII triggers of a rule: what the one pass over a text looks for. */
export const asciiTriggersOf = (rule: CompiledRule): readonly string[] =>
  triggersOf(rule).filter(isAscii);
