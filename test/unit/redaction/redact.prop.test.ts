import fc from 'fast-check';
import RE2 from 're2';
import { describe, expect, it } from 'vitest';
import { allRules, compiledRules } from '../../../redaction/policy.ts';
import { compileRules } from '../../../redaction/rule.ts';
import { createScanner } from '../../../redaction/scan.ts';
import { makeCanaries } from '../../support/canaries.ts';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const runs = 300;
const canaries = makeCanaries('properties');
const noise = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    'password=',
    'token: "',
    '[redacted:x]',
    '<email:k1.',
    '\ud800',
    '://',
    '@',
    '%41',
    '\u200b',
    '{"a":',
    'Bearer ',
    '\\u0070',
  ),
);
const text = fc
  .array(fc.oneof(noise, fc.constantFrom(...canaries.map((canary) => canary.text))), {
    maxLength: 6,
  })
  .map((parts) => parts.join(' '));
const document = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('password', 'token', '__proto__')),
      tie('node'),
      { maxKeys: 4 },
    ),
  ),
})).node;

describe('redaction', () => {
  it('changes nothing that it has redacted already', () => {
    fc.assert(
      fc.property(document, (value) => {
        const once = redactor.redact(value).value;
        expect(redactor.redact(once).value).toEqual(once);
      }),
      { numRuns: runs },
    );
  });

  it('lets no planted secret through, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...canaries), noise, noise, (canary, before, after) => {
        expect(
          JSON.stringify(redactor.redact({ field: `${before} ${canary.text} ${after}` }).value),
        ).not.toContain(canary.secret);
      }),
      { numRuns: runs },
    );
  });

  it('keeps the shape: the same fields, items and other values', () => {
    const shape = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shape)
        : typeof value === 'object' && value !== null
          ? Object.values(value).map(shape)
          : typeof value === 'string' || typeof value === 'number'
            ? 'leaf'
            : value;
    fc.assert(
      fc.property(document, (value) => {
        expect(shape(redactor.redact(value).value)).toEqual(
          shape(JSON.parse(JSON.stringify(value) ?? 'null')),
        );
      }),
      { numRuns: runs },
    );
  });

  it('says in a session what it says of each document by itself', () => {
    fc.assert(
      fc.property(
        document,
        fc.constantFrom('title', 'password', 'email', 'note'),
        (value, name) => {
          const documents = [{ [name]: value, unmapped: value }, value, [value, { [name]: value }]];
          const session = redactor.session();
          const together = documents.map((one) => session.redact(one));
          const alone = documents.map((one) => redactor.redact(one));
          expect(together.map((one) => one.value)).toEqual(alone.map((one) => one.value));
          const tokens = (done: readonly { sealed: readonly { token: string }[] }[]): Set<string> =>
            new Set(done.flatMap(({ sealed }) => sealed.map(({ token }) => token)));
          expect(tokens(together)).toEqual(tokens(alone));
        },
      ),
      { numRuns: runs },
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withObjectString: true,
        }),
        (value) => {
          redactor.redact(value);
        },
      ),
      { numRuns: runs },
    );
  });
});

describe('lone surrogates', () => {
  it('cost a string subject its last bytes in node-re2, which is why we match over Buffers', () => {
    for (const count of [1, 3, 20]) {
      const value = `${'\ud800'.repeat(count)} password=hunter2x99`;
      expect(redactor.redactText(value).text).toBe(
        `${'\ud800'.repeat(count)} password=[redacted:password]`,
      );
      const token = `${'x\udc00'.repeat(count)} ${canaries.find((canary) => canary.kind === 'github-token')?.secret ?? ''}`;
      expect(redactor.redactText(token).text).toContain('[redacted:github-token]');
    }
  });
});

describe('rules', () => {
  it('each do a bounded number of searches on their own repeated start', () => {
    for (const rule of compiledRules()) {
      for (const literal of rule.literals.length === 0
        ? ['4111 ', 'DE89 ', '+1 ']
        : rule.literals) {
        const searches = (size: number): number => {
          const bytes = Buffer.from(literal.repeat(Math.ceil(size / literal.length)), 'latin1');
          rule.re.lastIndex = 0;
          let count = 1;
          while (rule.re.exec(bytes) !== null && count < size) count += 1;
          return count;
        };
        expect(searches(2_000), rule.id).toBeLessThanOrEqual(2_000);
        expect(searches(4_000), rule.id).toBeLessThanOrEqual(2 * searches(2_000) + 2);
      }
    }
  });

  it('never match over strings: the engine gets Buffers only', () => {
    expect(allRules.length).toBeGreaterThan(80);
    for (const rule of compiledRules()) expect(rule.re).toBeInstanceOf(RE2);
  });

  it('name where their format is documented', () => {
    for (const rule of allRules) expect(rule.source, rule.id).toMatch(/^https:\/\/|^ISO/);
  });
});

describe('hostile text', () => {
  it.each([
    'password=',
    'eyJhbGciOi',
    '-----BEGIN PRIVATE KEY-----',
    'a@',
    'https://a:',
    '4111 ',
    'key: "',
    '\\"',
    '[redacted:',
    '<email:',
    'AAAA%41',
    '{"a":',
    'token token ',
    '<email:k1.aaaaaaaaaaaaaaaaaaaaaaaaaa>',
    'BEGIN ',
    "token:'",
    '\u0430',
  ])('of %s repeated costs searches in proportion to its length, not to its square', (unit) => {
    // Counted, not timed: how often the engine is asked to search while one text is scanned.
    const searches = (chars: number): number => {
      let count = 0;
      const counted = compileRules(allRules).map((rule) => ({
        ...rule,
        re: new Proxy(rule.re, {
          get: (target, name) => {
            if (name !== 'exec') return Reflect.get(target, name);
            return (bytes: Buffer) => ((count += 1), target.exec(bytes));
          },
          set: (target, name, value) => Reflect.set(target, name, value),
        }),
      }));
      createScanner(counted).scan(unit.repeat(Math.ceil(chars / unit.length)), '');
      return count;
    };
    expect(searches(20_000)).toBeLessThanOrEqual(2 * searches(10_000) + 100);
  });

  it('of one megabyte is answered, masked where it crosses a bound', () => {
    for (const unit of ["token:'", 'a@b.co ', 'x', 'password=ab12cd34 ', '\u4e2d']) {
      const { text } = redactor.redactText(unit.repeat(Math.floor(1_000_000 / unit.length)));
      expect(text === '[redacted:over-budget]' || text.length > 1_000).toBe(true);
    }
  });
});
