import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RedactionPolicy } from '../../../redaction/policy.ts';
import { profiles } from '../../../redaction/profiles.ts';
import { personalRules } from '../../../redaction/rules/personal/all.ts';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const policies = Object.values<RedactionPolicy>(profiles);
const personal = fc.constantFrom(...personalRules.flatMap((rule) => rule.positives ?? []));
const piece = fc.oneof(
  { weight: 4, arbitrary: personal },
  fc.constantFrom(
    'and',
    'id',
    'phone',
    'card',
    '[redacted:email]',
    'user=jdoe',
    'password=hunter2x',
  ),
  fc.string({ maxLength: 12 }),
);
const text = fc
  .array(fc.tuple(piece, fc.constantFrom(' ', ', ', '\n', ': ', '')), { maxLength: 5 })
  .map((parts) => parts.flat().join(''));
const document = fc.oneof(
  text,
  fc.dictionary(fc.constantFrom('a', 'user', 'phone', 'nino', 'card', 'note', 'ssn'), text),
  fc.array(text, { maxLength: 3 }),
);

describe('redaction of personal data', () => {
  it('changes nothing that it has redacted already, under any profile', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(...policies), (value, policy) => {
        const once = redactor.redact(value, policy).value;
        expect(redactor.redact(once, policy).value).toEqual(once);
      }),
      {
        numRuns: 600,
        // Without the code that goes, nine digits are left: what its field is called after.
        examples: [[{ ssn: 'CVV: 123employer identification number 942404110 ' }, profiles.pci]],
      },
    );
  });

  it('shows four characters and three tenths of a value at most, where it shows a part', () => {
    const policy: RedactionPolicy = { name: 'parts', kinds: {}, personal: 'partial' };
    fc.assert(
      fc.property(personal, (value) => {
        const { text: out } = redactor.redactText(value, policy);
        const shown = [...out.matchAll(/\[redacted:[a-z0-9-]+:([A-Za-z0-9]+)\]/g)];
        for (const [, part = ''] of shown) {
          expect(part.length).toBeLessThanOrEqual(4);
          expect(part.length).toBeLessThanOrEqual(0.3 * value.length);
        }
      }),
    );
  });

  it('is not turned off for a secret by any choice of a profile', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...policies), (around, policy) => {
        const out = JSON.stringify(
          redactor.redact({ log: `${around} password="Tr0ub4dor&3x" ` }, policy).value,
        );
        expect(out).not.toContain('Tr0ub4dor');
      }),
      { numRuns: 500 },
    );
  });
});
