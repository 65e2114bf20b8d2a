import {
  digitsOf,
  isDay,
  isOneDigit,
  lastDigit,
  passesLuhn,
  passesMod11And10,
  plainOf,
  weighted,
} from './check-digits.ts';

export const easternEuropeChecks = {
  plPesel: (text: string): boolean => isPesel(digitsOf(text)),
  plNip: (text: string): boolean => {
    const digits = digitsOf(text);
    return (
      !isOneDigit(digits) &&
      weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === lastDigit(digits)
    );
  },
  plRegon: (text: string): boolean => {
    const digits = digitsOf(text);
    return (weighted(digits, [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === Number(digits.charAt(8));
  },
  plIdCard: (text: string): boolean => isPolishCard(plainOf(text)),
  czBirthNumber: (text: string): boolean => isBirthNumber(digitsOf(text)),
  huTaj: (text: string): boolean => {
    const digits = digitsOf(text);
    return weighted(digits, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === lastDigit(digits);
  },
  huTax: (text: string): boolean => {
    const digits = digitsOf(text);
    return weighted(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === lastDigit(digits);
  },
  roCnp: (text: string): boolean => isCnp(digitsOf(text)),
  bgEgn: (text: string): boolean => isEgn(digitsOf(text)),
  hrOib: (text: string): boolean => passesMod11And10(digitsOf(text)),
  jmbg: (text: string): boolean => isJmbg(digitsOf(text)),
  siTax: (text: string): boolean => {
    const digits = digitsOf(text);
    const rest = 11 - (weighted(digits, [8, 7, 6, 5, 4, 3, 2]) % 11);
    return /^[1-9]/.test(digits) && rest < 11 && rest % 10 === lastDigit(digits);
  },
  grAmka: (text: string): boolean => {
    const digits = digitsOf(text);
    return isDay(digits.slice(4, 6), digits.slice(2, 4), digits.slice(0, 2)) && passesLuhn(digits);
  },
  grAfm: (text: string): boolean => {
    const digits = digitsOf(text);
    const sum = weighted(digits, [256, 128, 64, 32, 16, 8, 4, 2]);
    return !isOneDigit(digits) && (sum % 11) % 10 === lastDigit(digits);
  },
  uaTax: (text: string): boolean => {
    const digits = digitsOf(text);
    const sum = weighted(digits, [-1, 5, 7, 9, 4, 6, 10, 5, 7]);
    return (((sum % 11) + 11) % 11) % 10 === lastDigit(digits);
  },
  ruInn: (text: string): boolean => isInn(digitsOf(text)),
  ruSnils: (text: string): boolean => {
    const digits = digitsOf(text);
    const sum = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
    return (sum === 100 ? 0 : sum) === Number(digits.slice(9));
  },
  trIdentity: (text: string): boolean => isTckn(digitsOf(text)),
  trTax: (text: string): boolean => !isOneDigit(digitsOf(text)) && isVkn(digitsOf(text)),
} as const;

/** PESEL: the century is in the month; weights 1-3-7-9. */
function isPesel(digits: string): boolean {
  const month = String(Number(digits.slice(2, 4)) % 20);
  return (
    digits.length === 11 &&
    isDay(digits.slice(0, 2), month, digits.slice(4, 6)) &&
    weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0
  );
}

/** Three letters (A is 10) and six digits, the first of which checks the rest by 7-3-1. */
function isPolishCard(plain: string): boolean {
  const weights = [7, 3, 1, 9, 7, 3, 1, 7, 3];
  const sum = plain
    .split('')
    .reduce((all, char, at) => all + parseInt(char, 36) * (weights[at] ?? 0), 0);
  return /^[A-Z]{3}\d{6}$/.test(plain) && sum % 10 === 0;
}

/** Czech and Slovak: women's months add 50 (or 70); ten digits divide by 11, nine are older than 1954. */
function isBirthNumber(digits: string): boolean {
  const month = String((Number(digits.slice(2, 4)) % 50) % 20);
  const day = digits.slice(4, 6);
  if (!isDay(digits.slice(0, 2), month, day)) return false;
  if (digits.length === 9) return Number(digits.slice(0, 2)) < 54;
  const rest = Number(digits.slice(0, 9)) % 11;
  return digits.length === 10 && rest % 10 === lastDigit(digits);
}

function isCnp(digits: string): boolean {
  const rest = weighted(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return (
    /^[1-9]/.test(digits) &&
    isDay(digits.slice(1, 3), digits.slice(3, 5), digits.slice(5, 7)) &&
    (rest === 10 ? 1 : rest) === lastDigit(digits)
  );
}

/** Months of the 19th century add 20, of the 21st 40 (GRAO). */
function isEgn(digits: string): boolean {
  const month = String(Number(digits.slice(2, 4)) % 20);
  return (
    isDay(digits.slice(0, 2), month, digits.slice(4, 6)) &&
    (weighted(digits, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === lastDigit(digits)
  );
}

function isJmbg(digits: string): boolean {
  const rest = 11 - (weighted(digits, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return (
    isDay(digits.slice(5, 7), digits.slice(2, 4), digits.slice(0, 2)) &&
    (rest > 9 ? 0 : rest) === lastDigit(digits)
  );
}

/** Twelve digits for people with two check digits, ten for firms with one. */
function isInn(digits: string): boolean {
  const check = (weights: readonly number[]): number => (weighted(digits, weights) % 11) % 10;
  if (digits.length === 10) return check([2, 4, 10, 3, 5, 9, 4, 6, 8]) === lastDigit(digits);
  return (
    digits.length === 12 &&
    check([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === Number(digits.charAt(10)) &&
    check([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === lastDigit(digits)
  );
}

/** TCKN: seven times the odd places less the even ones, then the sum of the ten (NVI). */
function isTckn(digits: string): boolean {
  if (!/^[1-9]\d{10}$/.test(digits)) return false;
  const tenth = weighted(digits, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10;
  const eleventh = weighted(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10;
  return (tenth + 10) % 10 === Number(digits.charAt(9)) && eleventh === lastDigit(digits);
}

function isVkn(digits: string): boolean {
  const sum = digits
    .slice(0, 9)
    .split('')
    .reduce((all, char, at) => {
      const moved = (Number(char) + 9 - at) % 10;
      const powered = (moved * 2 ** (9 - at)) % 9;
      return all + (moved !== 0 && powered === 0 ? 9 : powered);
    }, 0);
  return digits.length === 10 && (10 - (sum % 10)) % 10 === lastDigit(digits);
}
