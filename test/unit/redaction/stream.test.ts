import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactStream } from '../../../redaction/stream.ts';
import { makeCanaries } from '../../support/canaries.ts';
import { exampleOf } from '../../../redaction/rule-examples.ts';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const canaries = makeCanaries('stream');

async function streamed(chunks: readonly string[], bodyChars?: number): Promise<string> {
  let out = '';
  const options = bodyChars === undefined ? {} : { bodyChars };
  for await (const part of redactStream(redactor, chunks, options)) out += part.text;
  return out;
}

function cut(text: string, places: readonly number[]): readonly string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end));
}

const key = exampleOf(
  '-----BEGIN PRIVATE KEY-----\n{b64:64}\n{b64:64}\n-----END PRIVATE KEY-----',
  'stream',
);
const line = fc.oneof(
  fc.constantFrom(
    ...canaries.map(({ text }) => `: ${text.replaceAll('\n', ' ')}`),
    key,
    'an honest line of a log',
    '\ud83d\ude00 naïve text',
    '',
  ),
  fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[\n[{]/g, ' ')),
);

describe('a stream', () => {
  it('gives the answer of the text in one piece, wherever its chunks and windows end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(5_000), { maxLength: 8 }),
        fc.integer({ min: 64, max: 1_500 }),
        async (lines, places, bodyChars) => {
          const text = lines.join('\n');
          const once = redactor.redactText(text).text;
          // What a cut brings together is found by a second pass over the whole.
          fc.pre(redactor.redactPart(text, { start: 0, end: text.length }).text === once);
          expect(await streamed(cut(text, places), bodyChars)).toBe(once);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('of ten megabytes loses what is planted in it, at any place, and keeps the rest', async () => {
    const filler = `${'2026-01-02T03:04:05Z host-7 app[12]: request served in 12 ms\n'.repeat(400)}`;
    const [canary] = canaries;
    if (canary === undefined) throw new Error('no canary');
    async function* chunks(): AsyncGenerator<string> {
      for (let at = 0; at < 400; at += 1)
        yield at % 40 === 7 ? `${filler}${'x'.repeat(at)} ${canary?.text}\n${key}\n` : filler;
    }
    let marks = 0;
    let chars = 0;
    for await (const { text } of redactStream(redactor, chunks())) {
      expect(text.includes(canary.secret) || text.includes('BEGIN PRIVATE')).toBe(false);
      marks += text.split(/\[redacted:private-key\]/).length - 1;
      chars += text.length;
    }
    expect(marks).toBe(10);
    expect(chars).toBeGreaterThan(400 * filler.length);
  });

  it('walks JSON as JSON: a document, or each line that is one', async () => {
    expect(await streamed(['{"a":{"pass', 'word":"x1"}}'])).toBe(
      '{"a":{"password":"[redacted:password]"}}',
    );
    expect(
      await streamed(['{"password":"x1"}\nplain\n{"n":12345678901234567890,"token":"a1b2"}\n']),
    ).toBe(
      '{"password":"[redacted:password]"}\nplain\n{"n":12345678901234567890,"token":"[redacted:token]"}\n',
    );
  });

  it('follows a secret that it found once', async () => {
    const secret = exampleOf('{b62:24}', 'echo');
    const far = 'an honest line\n'.repeat(3_000);
    expect(await streamed([`password=${secret}\n${far}again ${secret}\n`], 4_096)).not.toContain(
      secret,
    );
  });

  it('without an end, or with lines without one, holds no more than its windows', async () => {
    const long = 'word '.repeat(500_000);
    expect(await streamed([long])).toBe(long);
    expect(await streamed([])).toBe('');
  });
});
