import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import RE2 from 're2';
import { describe, expect, test } from 'vitest';
import { isObject, type Json } from '../../../domain/json.ts';
import { everyMatch } from '../../../intake/every-match.ts';
import { isOpaque } from '../../../intake/formats/opaque-text.ts';
import { formatReaders, readerOf } from '../../../intake/formats/registry.ts';
import { shapeOf, workloadOf } from '../../../intake/name-shapes.ts';
import { parseJson } from '../../../intake/parse-json.ts';
import { readText } from '../../../intake/text-body.ts';
import { unwrap } from '../../../intake/unwrap.ts';

/** What is done for each alert is written by hand; each means exactly what a pattern or a plain search would. */
describe('shortcuts give what the long way gives', () => {
  const samples = ['alerts', 'formats'].flatMap((folder) => {
    const place = new URL(`../../../fixtures/${folder}/`, import.meta.url);
    return readdirSync(place).map((file) => [file, new URL(file, place)] as const);
  });
  const values = (body: Uint8Array): readonly Json[] => {
    const parsed = parseJson(body);
    return parsed.kind === 'values'
      ? parsed.values
      : (readText(Buffer.from(body).toString()) ?? []);
  };

  test.each(samples)(
    '%s: the reader found by its keys is the first of all that know it',
    (_, file) => {
      const alerts = values(readFileSync(file)).flatMap((value) => [{ value }, ...unwrap(value)]);
      expect(alerts.length).toBeGreaterThan(0);
      for (const { value } of alerts) {
        if (!isObject(value)) continue;
        expect(readerOf(value)).toBe(formatReaders.find((each) => each.recognises(value)) ?? null);
      }
    },
  );

  const text = (signs: string): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...Array.from(signs)), { maxLength: 48 }).map((all) => all.join(''));
  const uuids = fc.tuple(text('0aF-'), fc.uuid(), text('0g_ ')).map((all) => all.join(''));

  test('the shape of a title', () => {
    const variable = new RE2(/[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\b[0-9a-fA-F]{8,}\b|\d+/g);
    fc.assert(
      fc.property(fc.oneof(text('0189abfFgz-_ é'), uuids), (title) => {
        expect(shapeOf(title)).toBe(variable.replace(title, '#'));
      }),
      { numRuns: 2_000 },
    );
  });

  test('the workload of a pod', () => {
    const drawn = '[bcdfghjklmnpqrstvwxz2456789]';
    const replica = new RE2(`^(.+)-${drawn}{8,10}-${drawn}{5}$`);
    const daemon = new RE2(`^(.+)-${drawn}{5}$`);
    const part = text('bcx29a');
    const pods = fc.array(part, { minLength: 1, maxLength: 4 }).map((all) => all.join('-'));
    fc.assert(
      fc.property(fc.oneof(pods, fc.constantFrom('web-6d4cf56db6-x7x9z', 'agent-x7x9z')), (pod) => {
        expect(workloadOf(pod)).toBe(replica.exec(pod)?.[1] ?? daemon.exec(pod)?.[1] ?? pod);
      }),
      { numRuns: 2_000 },
    );
  });

  test('what is no headline', () => {
    const opaque = new RE2(
      /^(?:[0-9a-fA-F-]{16,}|[\d.:/\s-]+|[A-Za-z0-9+/=_-]{60,}|https?:.*|\S+@\S+)$/,
    );
    const given = fc.oneof(
      text('0af-'),
      text('09.:/- \n'),
      text('a@. '),
      fc.string({
        minLength: 55,
        maxLength: 70,
        unit: fc.constantFrom('a', 'Z', '0', '+', '/', '=', '_', '-'),
      }),
      text('htps:/x\n').map((rest) => `https:${rest}`),
    );
    fc.assert(
      fc.property(given, (said) => {
        expect(isOpaque(said)).toBe(opaque.test(said));
      }),
      { numRuns: 4_000 },
    );
  });

  test('every match of a pattern, empty ones among them', () => {
    fc.assert(
      fc.property(text('ab=é😀 '), (said) => {
        for (const pattern of [/([ab])=/gu, /b*/gu])
          expect(everyMatch(new RE2(pattern), said).map(([all]) => String(all))).toEqual(
            [...said.matchAll(pattern)].map(([all]) => all),
          );
      }),
    );
  });
});
