import {
  digitsOf,
  isCounting,
  isDay,
  isOneDigit,
  passesLuhn,
  plainOf,
  weighted,
} from './check-digits.ts';

export const northAmericaChecks = {
  usSsn: (text: string): boolean => isUsSsn(text),
  usSsnWritten: (text: string): boolean => /^\d{3}-\d{2}-\d{4}$/.test(text),
  dashed: (text: string): boolean => /\d-\d+-\d/.test(text),
  dotted: (text: string): boolean => /\d[.][0-9A-Z]{3}[.]/.test(text),
  usItin: (text: string): boolean =>
    /^9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-2]|9[4-9])\d{4}$/.test(digitsOf(text)),
  usEin: (text: string): boolean =>
    /^(?!00|07|08|09|17|18|19|28|29|49|69|70|78|79|89|96|97)\d{9}$/.test(digitsOf(text)),
  usNpi: (text: string): boolean =>
    /^[12]\d{9}$/.test(digitsOf(text)) && passesLuhn(`80840${digitsOf(text)}`),
  mbiWritten: (text: string): boolean =>
    /^.{4}-.{3}-.{4}$/.test(text) && text === text.toUpperCase(),
  usDea: (text: string): boolean => isUsDea(text),
  caSin: (text: string): boolean => {
    const digits = digitsOf(text);
    return digits.length === 9 && passesLuhn(digits);
  },
  mxCurp: (text: string): boolean => isCurp(plainOf(text)),
  mxRfc: (text: string): boolean => {
    const [, yy = '', mm = '', dd = ''] =
      /^[A-ZN&]{3,4}(\d{2})(\d{2})(\d{2})/.exec(text.replace(/[ -]/g, '').toUpperCase()) ?? [];
    return isDay(yy, mm, dd);
  },
  mxNss: (text: string): boolean => digitsOf(text).length === 11 && passesLuhn(digitsOf(text)),
} as const;

/** Areas, groups and serials that the SSA never issues are not SSNs. */
function isUsSsn(text: string): boolean {
  const digits = digitsOf(text);
  return (
    /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits) &&
    !isOneDigit(digits) &&
    !isCounting(text)
  );
}

/** DEA registration: two letters and seven digits; (1st+3rd+5th) + 2 × (2nd+4th+6th) ends in the 7th. */
function isUsDea(text: string): boolean {
  const plain = plainOf(text);
  const digits = plain.slice(2);
  return (
    /^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/.test(plain) &&
    weighted(digits, [1, 2, 1, 2, 1, 2]) % 10 === Number(digits.charAt(6))
  );
}

const curpAlphabet = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';

/** CURP: a day, a known state or NE, and a check digit over an alphabet with Ñ (RENAPO). */
function isCurp(plain: string): boolean {
  if (plain.length !== 18 || !isDay(plain.slice(4, 6), plain.slice(6, 8), plain.slice(8, 10)))
    return false;
  let sum = 0;
  for (let at = 0; at < 17; at += 1) sum += curpAlphabet.indexOf(plain.charAt(at)) * (18 - at);
  return (10 - (sum % 10)) % 10 === Number(plain.charAt(17));
}
