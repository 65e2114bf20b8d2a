import { readFileSync, readdirSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../domain/finding.ts';
import { toOcsf } from '../../domain/ocsf.ts';
import { readBody } from '../../intake/try.ts';
import { fromOcsf } from '../support/from-ocsf.ts';

// Classes and objects of OCSF 1.8.0 as JSON Schema, made by docs/generate-ocsf.ts.
const schema = JSON.parse(
  readFileSync(new URL('ocsf-schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv({ strict: false, allErrors: true }).addSchema(schema, 'ocsf');
const context = { receivedMs: Date.UTC(2026, 10, 20, 10) };

const samples = ['formats', 'alerts'].flatMap((folder) =>
  readdirSync(new URL(`../../fixtures/${folder}/`, import.meta.url))
    .filter((name) => name !== 'expected.json' && name !== 'index.json')
    .map((name) => `../../fixtures/${folder}/${name}`),
);
const findingsOf = (path: string): readonly Finding[] =>
  readBody(readFileSync(new URL(path, import.meta.url)));

/** What a validator says against an export; nothing where it is valid. */
function faults(finding: Finding): readonly string[] {
  const exported = toOcsf(finding, context);
  const name = `class_${Number(exported['class_uid'])}`;
  const validate = ajv.getSchema(`ocsf#/$defs/${name}`);
  if (validate === undefined) return [`no ${name}`];
  void validate(exported);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('a finding as OCSF', () => {
  test.each(samples)('%s is valid and loses nothing', (path) => {
    for (const finding of findingsOf(path)) {
      expect(faults(finding)).toEqual([]);
      expect(fromOcsf(toOcsf(finding, context))).toEqual(finding);
    }
  });

  test('takes the class that its kind and content allow', () => {
    const [vulnerable] = findingsOf('../../fixtures/formats/trivy-report.json');
    if (vulnerable === undefined) throw new Error('there is one');
    expect(toOcsf(vulnerable, context)).toMatchObject({
      class_uid: 2002,
      type_uid: 200201,
      vulnerabilities: [{ cve: { uid: 'CVE-2026-0001' } }],
    });
    const unnamed = {
      ...vulnerable,
      uid: 'x',
      title: 'old package',
      description: '',
      analytic: null,
    };
    expect(toOcsf(unnamed, context)).toMatchObject({ class_uid: 2004 });
    expect(faults(unnamed)).toEqual([]);
  });

  test('a validator would find a fault', () => {
    const [finding] = findingsOf('../../fixtures/formats/suricata-eve.json');
    if (finding === undefined) throw new Error('there is one');
    const validate = ajv.getSchema('ocsf#/$defs/class_2004');
    expect(validate?.({ ...toOcsf(finding, context), severity_id: 12 })).toBe(false);
    expect(validate?.({ ...toOcsf(finding, context), surprise: 1 })).toBe(false);
  });

  // The numbers are the seeds of what failed once.
  test.each([181_605_646, 445_067_664, undefined])(
    'whatever its texts hold, it stays valid and loses nothing (seed %s)',
    (seed) => {
      const [sample] = findingsOf('../../fixtures/formats/crowdstrike-falcon.json');
      if (sample === undefined) throw new Error('there is one');
      const text = fc.string({ unit: 'grapheme', maxLength: 40 });
      fc.assert(
        fc.property(
          fc.record({
            title: text,
            description: text,
            uid: fc.string({ minLength: 1 }),
            product: text,
            link: text,
            status: fc.constantFrom('open', 'closed', 'unknown'),
            kind: fc.constantFrom(
              'detection',
              'policy_violation',
              'vulnerability',
              'cost',
              'unparsed',
            ),
            time: fc.constantFrom(null, '2026-11-20T10:00:00.123456789Z'),
            attacks: fc.array(text, { maxLength: 3 }),
            remediation: fc.option(fc.record({ text, url: text })),
            compliance: fc.option(fc.record({ standard: text, control: text, status: text })),
            actors: fc.array(
              fc.record({
                type: fc.constantFrom('user', 'process', 'service', 'unknown'),
                name: text,
              }),
              { maxLength: 3 },
            ),
          }),
          (changes) => {
            const finding = { ...sample, ...changes } as Finding;
            expect(faults(finding)).toEqual([]);
            expect(fromOcsf(toOcsf(finding, context))).toEqual(finding);
          },
        ),
        { numRuns: 60, ...(seed === undefined ? {} : { seed }) },
      );
    },
  );
});
