import {
  digitsOf,
  isDay,
  isOneDigit,
  lastDigit,
  passesLuhn,
  plainOf,
  weighted,
} from './check-digits.ts';

export const oceaniaAfricaChecks = {
  auTfn: (text: string): boolean => isTfn(digitsOf(text)),
  auAbn: (text: string): boolean => {
    const digits = digitsOf(text);
    const less = String(Number(digits.charAt(0)) - 1) + digits.slice(1);
    return (
      /^[1-9]\d{10}$/.test(digits) &&
      weighted(less, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 === 0
    );
  },
  auAcn: (text: string): boolean => {
    const digits = digitsOf(text);
    return (10 - (weighted(digits, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === lastDigit(digits);
  },
  auMedicare: (text: string): boolean => {
    const digits = digitsOf(text);
    return (
      /^[2-6]/.test(digits) &&
      weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(digits.charAt(8))
    );
  },
  nzIrd: (text: string): boolean => isIrd(digitsOf(text)),
  nzNhi: (text: string): boolean => isNhi(plainOf(text)),
  zaIdentity: (text: string): boolean => {
    const digits = digitsOf(text);
    return isDay(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)) && passesLuhn(digits);
  },
  egIdentity: (text: string): boolean => {
    const digits = digitsOf(text);
    return (
      /^[23]/.test(digits) && isDay(digits.slice(1, 3), digits.slice(3, 5), digits.slice(5, 7))
    );
  },
  notOneDigit: (text: string): boolean => !isOneDigit(digitsOf(text)),
} as const;

/** Nine digits, or eight in old files (ATO). */
function isTfn(digits: string): boolean {
  if (isOneDigit(digits)) return false;
  if (digits.length === 8) return weighted(digits, [10, 7, 8, 4, 6, 3, 5, 1]) % 11 === 0;
  return digits.length === 9 && weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
}

/** Two rows of weights; the second where the first gives ten (Inland Revenue). */
function isIrd(given: string): boolean {
  const digits = given.padStart(9, '0');
  const number = Number(digits);
  if (number < 10_000_000 || number > 150_000_000) return false;
  const check = (weights: readonly number[]): number =>
    (11 - (weighted(digits, weights) % 11)) % 11;
  const first = check([3, 2, 7, 6, 5, 4, 3, 2]);
  return (first < 10 ? first : check([7, 4, 3, 2, 5, 2, 7, 6])) === lastDigit(digits);
}

const nhiLetters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/** HISO 10046: three letters (no I, no O), three digits and a check digit; newer ones end in two letters, which we do not check. */
function isNhi(plain: string): boolean {
  if (!/^[A-HJ-NP-Z]{3}\d{4}$/.test(plain)) return true;
  const value = (char: string): number =>
    /\d/.test(char) ? Number(char) : nhiLetters.indexOf(char) + 1;
  const sum = plain
    .slice(0, 6)
    .split('')
    .reduce((all, char, at) => all + value(char) * (7 - at), 0);
  return sum % 11 !== 0 && (11 - (sum % 11)) % 10 === lastDigit(plain);
}
