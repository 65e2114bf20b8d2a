import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { canonicalText, parseCanonical } from '../../../audit/verify/canonical.ts';
import { canonicalJson } from '../../../domain/digest.ts';
import type { Json } from '../../../domain/json.ts';
import { corpusLines } from '../../support/audit-log.ts';

const vectors = corpusLines('jcs-rfc8785.jsonl');
describe.skipIf(vectors === null)(
  'the RFC 8785 vectors (../shared/hostile/jcs-rfc8785.jsonl)',
  () => {
    const decode = (text: unknown): string => Buffer.from(String(text), 'base64').toString('utf8');
    test.each((vectors ?? []).map((record) => ({ name: String(record['id']), record })))(
      '$name has equal bytes from writer and verifier',
      ({ record }) => {
        const value = JSON.parse(decode(record['in64'])) as Json;
        expect(canonicalText(value)).toBe(decode(record['out64']));
        expect(canonicalJson(value)).toBe(decode(record['out64']));
      },
    );
  },
);

describe('canonical JSON', () => {
  test('of the verifier is that of the writer for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        // -0 and 0 are one number in JSON.
        const json = JSON.parse(JSON.stringify(value)) as Json;
        expect(canonicalText(json)).toBe(canonicalJson(json));
      }),
    );
  });

  test.each([
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a": 1}',
    '[1.0]',
    '["\\u0041"]',
    '{"a":1}\n',
    '-0',
    'nonsense',
    '',
  ])('%s is not canonical', (text) => {
    expect(parseCanonical(text)).toBeUndefined();
  });
});
