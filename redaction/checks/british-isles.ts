import { digitsOf, isCounting, isOneDigit, lastDigit, plainOf, weighted } from './check-digits.ts';

export const britishIslesChecks = {
  ukNino: (text: string): boolean => isNino(plainOf(text)),
  ukNinoWritten: (text: string): boolean =>
    isNino(plainOf(text)) && (/ /.test(text) || text === text.toUpperCase()),
  ukNhs: (text: string): boolean => isNhs(digitsOf(text)),
  triple: (text: string): boolean => /^\d{3} \d{3} \d{4}$/.test(text),
  ukUtr: (text: string): boolean => {
    const digits = digitsOf(text);
    const rest = weighted(digits.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
    return digits.length === 10 && Number('21987654321'.charAt(rest)) === Number(digits.charAt(0));
  },
  ukDriving: (text: string): boolean => isDrivingNumber(plainOf(text)),
  iePps: (text: string): boolean => isPps(plainOf(text)),
} as const;

/** Prefixes that HMRC never uses (NIM39110). */
function isNino(plain: string): boolean {
  return (
    /^[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]$/.test(plain) &&
    !/^(?:BG|GB|NK|KN|TN|NT|ZZ)/.test(plain) &&
    !isOneDigit(plain.slice(2, 8))
  );
}

/** Ten digits, weights 10 to 2, modulo 11 (NHS Data Dictionary). */
function isNhs(digits: string): boolean {
  const rest = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return (
    digits.length === 10 &&
    !isOneDigit(digits) &&
    !isCounting(digits) &&
    rest !== 10 &&
    (rest === 11 ? 0 : rest) === lastDigit(digits)
  );
}

/** Five of the surname (9 fills up), decade, month (plus 50 for women), day, year, initials (DVLA). */
function isDrivingNumber(plain: string): boolean {
  const [, mm = '', dd = ''] =
    /^[A-Z]{1,5}9{0,4}\d(\d{2})(\d{2})\d[A-Z9]{2}[A-Z0-9]{3}$/.exec(plain) ?? [];
  const month = Number(mm) % 50;
  return plain.length === 16 && month >= 1 && month <= 12 && Number(dd) >= 1 && Number(dd) <= 31;
}

/** Seven digits by 8 to 2, a second letter by 9, modulo 23 (Department of Social Protection). */
function isPps(plain: string): boolean {
  const [, digits = '', check = '', second = ''] = /^(\d{7})([A-W])([A-IW]?)$/.exec(plain) ?? [];
  const extra = second === '' || second === 'W' ? 0 : 9 * (second.charCodeAt(0) - 64);
  const rest = (weighted(digits, [8, 7, 6, 5, 4, 3, 2]) + extra) % 23;
  return digits !== '' && 'WABCDEFGHIJKLMNOPQRSTUV'.charAt(rest) === check;
}
