import { describe, expect, it } from 'vitest';
import { SallyportError } from '../../../domain/errors.ts';
import { openSealedOriginal } from '../../../platform/sealed-box.ts';
import {
  parseToken,
  renameTokens,
  replaceTokens,
  revealTokens,
  tokensIn,
} from '../../../redaction/tokens.ts';
import { aKeyRing, aRedactor } from './a-redactor.ts';

const { value, sealed } = aRedactor().redact({
  to: 'Jane@example.com',
  note: 'call +49 170 1234567',
  list: ['jane@example.com'],
});

describe('tokens', () => {
  it('are found wherever they stand, once each', () => {
    expect(tokensIn(value).map((token) => token.kind)).toEqual(['email', 'phone']);
    expect(
      tokensIn({ '<email:k1.aaaaaaaaaaaaaaaaaaaaaaaaaa>': 'x <no:token>' }).map(
        (token) => token.text,
      ),
    ).toEqual(['<email:k1.aaaaaaaaaaaaaaaaaaaaaaaaaa>']);
  });

  it('are replaced where the original is known and stay where it is not', () => {
    const token = '<email:k1.aaaaaaaaaaaaaaaaaaaaaaaaaa>';
    expect(
      replaceTokens({ a: [`to ${token}`, 1, null] }, new Map([[token, 'jane@example.com']])),
    ).toEqual({ a: ['to jane@example.com', 1, null] });
    expect(replaceTokens(`to ${token}`, new Map())).toBe(`to ${token}`);
  });

  it('take other names in texts, lists and names of fields, and nothing else changes', () => {
    const [old, now] = ['a', 'b'].map((char) => `<email:k1.${char.repeat(26)}>`);
    const names = new Map([[old ?? '', now ?? '']]);
    const given = { [`x ${old}`]: [`${old} and ${old}`, 1, null, true], other: `<email:k1.cc>` };
    expect(renameTokens(given, names)).toEqual({
      [`x ${now}`]: [`${now} and ${now}`, 1, null, true],
      other: '<email:k1.cc>',
    });
  });

  it('of kinds that are not allowed are neither opened nor revealed', async () => {
    const opened: string[] = [];
    const revealed = await revealTokens(value, ['email'], (token) => {
      opened.push(token);
      return Promise.resolve('Jane@example.com');
    });
    expect(opened.map((token) => parseToken(token)?.kind)).toEqual(['email']);
    expect(JSON.stringify(revealed.value)).toContain('<phone:');
    expect(JSON.stringify(revealed.value)).toContain('Jane@example.com');
    expect(revealed.tokens.map((token) => token.kind)).toEqual(['email']);
  });

  it('hold the original as it was written first', () => {
    expect(
      sealed.map((one) => openSealedOriginal(aKeyRing(9, 'v1'), { tenant: 'default', ...one })),
    ).toEqual(['Jane@example.com', '+49 170 1234567']);
  });

  it('whose box was changed, moved to another token or tenant, or sealed with a lost key cannot be opened', () => {
    const [box, other] = sealed;
    if (box === undefined || other === undefined) throw new Error('no boxes');
    const ring = aKeyRing(9, 'v1');
    const refused = (of: Partial<typeof box & { tenant: string }>, keys = ring): void => {
      expect(() => openSealedOriginal(keys, { tenant: 'default', ...box, ...of })).toThrow(
        SallyportError,
      );
    };
    const changed = Uint8Array.from(box.sealed);
    changed[20] = (changed[20] ?? 0) ^ 1;
    refused({ sealed: changed });
    refused({ sealed: box.sealed.subarray(0, 20) });
    refused({ token: other.token });
    refused({ tenant: 'other' });
    refused({}, aKeyRing(1, 'v1'));
    refused({}, aKeyRing(9, 'v2'));
  });
});
