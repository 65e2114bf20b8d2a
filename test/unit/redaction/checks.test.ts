import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isDay,
  passesLuhn,
  passesMod11And10,
  passesVerhoeff,
} from '../../../redaction/checks/check-digits.ts';
import { personalChecks } from '../../../redaction/checks/personal.ts';

type Check = keyof typeof personalChecks;

/** Numbers that authorities, standards and textbooks print as examples. */
const published: readonly (readonly [Check, string])[] = [
  ['luhnCard', '4111 1111 1111 1111'],
  ['luhnCard', '378282246310005'],
  ['iban', 'GB29 NWBK 6016 1331 9268 19'],
  ['iban', 'DE89370400440532013000'],
  ['abaRouting', '021000021'],
  ['usNpi', '1234567893'],
  ['caSin', '046 454 286'],
  ['mxCurp', 'HEGG560427MVZRRL04'],
  ['brCpf', '111.444.777-35'],
  ['brCnpj', '11.222.333/0001-81'],
  ['brCnpj', '12.ABC.345/01DE-35'],
  ['clRut', '12.345.678-5'],
  ['deTaxId', '86095742719'],
  ['deTaxId', '47036892816'],
  ['deHealth', 'A123456780'],
  ['deVat', 'DE136695976'],
  ['atSvnr', '1237 010180'],
  ['chAhv', '756.9217.0769.85'],
  ['frNir', '2 55 08 14 168 025 38'],
  ['esDni', '12345678Z'],
  ['esDni', 'X1234567L'],
  ['itFiscalCode', 'MRTMTT25D09F205Z'],
  ['ptNif', '501964843'],
  ['nlBsn', '111222333'],
  ['beNrn', '85.07.30-033.28'],
  ['ukNhs', '943 476 5919'],
  ['iePps', '1234567T'],
  ['iePps', '1234567FA'],
  ['sePersonal', '811228-9874'],
  ['fiHetu', '131052-308T'],
  ['isKennitala', '120174-3399'],
  ['baltic', '37605030299'],
  ['baltic', '33309240064'],
  ['plPesel', '44051401359'],
  ['czBirthNumber', '736028/5163'],
  ['roCnp', '1800101221144'],
  ['bgEgn', '7523169263'],
  ['hrOib', '33392005961'],
  ['jmbg', '0101006500006'],
  ['grAfm', '094259216'],
  ['ruInn', '7707083893'],
  ['ruSnils', '112-233-445 95'],
  ['trIdentity', '10000000146'],
  ['inAadhaar', '2341 2341 2346'],
  ['inGstin', '27AAPFU0939F1ZV'],
  ['cnResident', '11010519491231002X'],
  ['twIdentity', 'A123456789'],
  ['jpMyNumber', '1234 5678 9018'],
  ['hkIdentity', 'G123456(A)'],
  ['sgNric', 'S1234567D'],
  ['auTfn', '123 456 782'],
  ['auAbn', '51 824 753 556'],
  ['auAcn', '004 085 616'],
  ['auMedicare', '2123 45670 1'],
  ['nzIrd', '49-091-850'],
  ['nzNhi', 'ZZZ0016'],
  ['zaIdentity', '8001015009087'],
  ['vin', '1M8GDM9AXKP042788'],
  ['base58check', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'],
  ['bech32', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
  ['bech32', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'],
  ['ethereum', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  ['mrz', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10'],
];

describe('checks', () => {
  it.each(published)('%s takes the published example %s', (check, text) => {
    expect(personalChecks[check](text)).toBe(true);
  });

  it('refuse a published number once one of its digits is changed, seven times in ten or more', () => {
    for (const [check, text] of published) {
      const changed = [...text.matchAll(/\d/g)].flatMap(({ 0: digit, index }) =>
        Array.from('0123456789', (other) => [digit, other] as const)
          .filter(([before, other]) => before !== other)
          .map(([, other]) => text.slice(0, index) + other + text.slice(index + 1)),
      );
      const taken = changed.filter((other) => personalChecks[check](other)).length;
      expect(taken / changed.length, `${check} ${text}`).toBeLessThan(0.3);
    }
  });

  it('answer for any text, and throw for none', () => {
    const names = Object.keys(personalChecks) as Check[];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.oneof(fc.string({ maxLength: 120 }), fc.stringMatching(/^[A-Z0-9 ./()-]{0,40}$/)),
        (name, text) => {
          expect(typeof personalChecks[name](text)).toBe('boolean');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

const digits = fc.stringMatching(/^\d{6,18}$/);

describe('a check digit', () => {
  it.each([
    ['Luhn', passesLuhn],
    ['ISO 7064 MOD 11,10', passesMod11And10],
    ['Verhoeff', passesVerhoeff],
  ])(
    'of %s exists exactly once for every number, and finds every single wrong digit',
    (_, check) => {
      fc.assert(
        fc.property(digits, fc.nat(17), fc.integer({ min: 1, max: 9 }), (body, place, shift) => {
          const valid = Array.from('0123456789', (digit) => body + digit).filter(check);
          expect(valid).toHaveLength(1);
          const number = valid[0] ?? '';
          const at = place % number.length;
          const wrong = String((Number(number.charAt(at)) + shift) % 10);
          expect(check(number.slice(0, at) + wrong + number.slice(at + 1))).toBe(false);
        }),
      );
    },
  );

  it('of Verhoeff finds neighbours that changed places', () => {
    fc.assert(
      fc.property(digits, fc.nat(16), (body, place) => {
        const number = Array.from('0123456789', (digit) => body + digit).find(passesVerhoeff) ?? '';
        const at = place % (number.length - 1);
        const [a, b] = [number.charAt(at), number.charAt(at + 1)];
        fc.pre(a !== b);
        expect(passesVerhoeff(number.slice(0, at) + b + a + number.slice(at + 2))).toBe(false);
      }),
    );
  });

  it('is not asked of days that no calendar has', () => {
    expect(isDay('2023', '02', '29')).toBe(false);
    expect(isDay('2024', '02', '29')).toBe(true);
    expect(isDay('23', '02', '29')).toBe(true);
    expect(isDay('2024', '13', '01')).toBe(false);
    expect(isDay('2024', '04', '31')).toBe(false);
  });
});
