import { describe, expect, it } from 'vitest';
import type { Json } from '../../../domain/json.ts';
import { compiledRules } from '../../../redaction/policy.ts';
import { exampleOf } from '../../../redaction/rule-examples.ts';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
/** Names that say nothing to any rule, with JSON below some of which lists are read as one text. */
const muteNames = ['uid', 'summary', 'environment', 'lines', 'x', ''];

/** One text under many names, so that what is remembered of one place would show at another. */
function documentsOf(text: string, names: readonly string[]): readonly Json[] {
  const inside = JSON.stringify({ a: [text, text] });
  const under = (value: Json): Json => Object.fromEntries(names.map((name) => [name, value]));
  return [under(text), under(inside), text, under([text, 'a', text]), under(text)];
}

describe('a session', () => {
  it('says of a text under one name what it says of it alone, for the examples of all rules', () => {
    const wrong: string[] = [];
    for (const rule of compiledRules()) {
      const speaking = [...(rule.near?.words ?? []), ...(rule.context ?? [])];
      const names = [...muteNames, ...speaking.slice(0, 4), ...muteNames.map((name) => `${name}2`)];
      (rule.positives ?? []).slice(0, 2).forEach((template, at) => {
        const documents = documentsOf(exampleOf(template, `${rule.id}/+${at}`), names);
        const session = redactor.session();
        for (const document of documents) {
          const { value } = session.redact(document);
          const alone = redactor.redact(document).value;
          if (JSON.stringify(value) !== JSON.stringify(alone)) wrong.push(`${rule.id} ${template}`);
        }
      });
    }
    expect(wrong).toEqual([]);
  });
});
