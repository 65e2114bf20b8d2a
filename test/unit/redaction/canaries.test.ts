import { describe, expect, it } from 'vitest';
import type { Json } from '../../../domain/json.ts';
import {
  canaryKinds,
  encodings,
  findLeaks,
  makeCanaries,
  plantInStrings,
} from '../../support/canaries.ts';
import { aRedactor } from './a-redactor.ts';

const payload: Json = {
  rule: 'Terminal shell in container',
  priority: 'Notice',
  hostname: 'node-1',
  tags: ['shell', 'container'],
  output_fields: { 'proc.cmdline': 'bash -i', 'user.name': 'root', 'fd.name': null, count: 3 },
  output: 'A shell was spawned',
  uuid: 'b1f3',
  description: '',
  nested: [{ a: ['x'] }],
};

describe('planted secrets', () => {
  const redactor = aRedactor();

  for (const [name, encode] of Object.entries(encodings)) {
    it(`never survive when they stand in a field as ${name}`, () => {
      for (const canary of makeCanaries(`in ${name}`)) {
        const { value } = redactor.redact({
          message: `seen ${encode(canary.text)} here`,
          whole: encode(canary.text),
        });
        expect(findLeaks(Buffer.from(JSON.stringify(value)), [canary]), canary.kind).toEqual([]);
        expect(JSON.stringify(value), canary.kind).not.toContain(encode(canary.secret));
      }
    });
  }

  it('never survive in any field of a payload', () => {
    for (let turn = 0; turn < canaryKinds.length; turn += 1) {
      const canaries = makeCanaries('everywhere');
      const planted = plantInStrings(payload, [
        ...canaries.slice(turn),
        ...canaries.slice(0, turn),
      ]);
      expect(findLeaks(Buffer.from(JSON.stringify(planted)), canaries).length).toBeGreaterThan(5);
      expect(
        findLeaks(Buffer.from(JSON.stringify(redactor.redact(planted).value)), canaries),
      ).toEqual([]);
    }
  });

  it('never survive in the name of a field', () => {
    for (const canary of makeCanaries('names')) {
      const { value } = redactor.redact({ [canary.text]: 1, headers: { [canary.text]: 'x' } });
      expect(findLeaks(Buffer.from(JSON.stringify(value)), [canary]), canary.kind).toEqual([]);
    }
  });

  it('never reach the report or its paths', () => {
    for (const canary of makeCanaries('report')) {
      const { report } = redactor.redact({ [canary.text]: { list: [canary.text] } });
      expect(report.replacements.length).toBeGreaterThan(0);
      expect(findLeaks(Buffer.from(JSON.stringify(report)), [canary]), canary.kind).toEqual([]);
    }
  });

  it('are reported under the kind that they are of', () => {
    for (const canary of makeCanaries('kinds')) {
      const { report } = redactor.redact(canary.text);
      const named =
        canary.kind === 'bearer-token' || canary.kind === 'basic-credentials'
          ? ['authorization', canary.kind]
          : canary.kind === 'cli-password'
            ? ['password', canary.kind]
            : [canary.kind];
      expect(
        Object.keys(report.counts).some((kind) => named.includes(kind)),
        `${canary.kind}: ${Object.keys(report.counts).join()}`,
      ).toBe(true);
    }
  });

  it('are found by the search itself in every form', () => {
    const [canary] = makeCanaries('search', ['github-token']);
    if (canary === undefined) throw new Error('no canary');
    for (const shift of ['', 'a', 'ab']) {
      expect(
        findLeaks(Buffer.from(Buffer.from(`${shift}${canary.secret}tail`).toString('base64')), [
          canary,
        ]),
      ).not.toEqual([]);
    }
    expect(findLeaks(Buffer.from(canary.secret, 'utf16le'), [canary])).toEqual([
      { kind: 'github-token', form: 'utf16' },
    ]);
    expect(
      findLeaks(Buffer.from(Buffer.from(canary.secret).toString('hex').toUpperCase()), [canary]),
    ).toEqual([{ kind: 'github-token', form: 'hex' }]);
    expect(findLeaks(Buffer.from('nothing here'), [canary])).toEqual([]);
  });
});
