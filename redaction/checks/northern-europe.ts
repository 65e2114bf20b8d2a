import { digitsOf, isDay, lastDigit, less, passesLuhn, weighted } from './check-digits.ts';

export const northernEuropeChecks = {
  sePersonal: (text: string): boolean => isSwedish(digitsOf(text)),
  seOrganisation: (text: string): boolean => {
    const digits = digitsOf(text).slice(-10);
    return Number(digits.charAt(2)) >= 2 && passesLuhn(digits);
  },
  noFodselsnummer: (text: string): boolean => isNorwegian(digitsOf(text)),
  dkCpr: (text: string): boolean => {
    const digits = digitsOf(text);
    return isDay(digits.slice(4, 6), digits.slice(2, 4), digits.slice(0, 2));
  },
  dkCprChecked: (text: string): boolean => {
    const digits = digitsOf(text);
    return (
      /-/.test(text) &&
      isDay(digits.slice(4, 6), digits.slice(2, 4), digits.slice(0, 2)) &&
      weighted(digits, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
    );
  },
  fiHetu: (text: string): boolean => isHetu(text),
  isKennitala: (text: string): boolean => {
    const digits = digitsOf(text);
    const rest = weighted(digits, [3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    return (
      isDay(digits.slice(4, 6), digits.slice(2, 4), less(digits.slice(0, 2), 40)) &&
      (rest === 0 ? 0 : 11 - rest) === Number(digits.charAt(8))
    );
  },
  baltic: (text: string): boolean => isBaltic(digitsOf(text)),
  lvPersonal: (text: string): boolean => isLatvian(digitsOf(text)),
} as const;

/** Luhn over the last ten; a coordination number adds 60 to the day (Skatteverket). */
function isSwedish(given: string): boolean {
  const digits = given.slice(-10);
  return (
    isDay(digits.slice(0, 2), digits.slice(2, 4), less(digits.slice(4, 6), 60)) &&
    passesLuhn(digits)
  );
}

/** Two check digits; D numbers add 40 to the day, synthetic ones 40 or 80 to the month (Skatteetaten). */
function isNorwegian(digits: string): boolean {
  const day = less(digits.slice(0, 2), 40);
  const month = less(less(digits.slice(2, 4), 40), 40);
  return (
    digits.length === 11 &&
    isDay(digits.slice(4, 6), month, day) &&
    weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

/** The day, a sign for the century, three digits; the last character is the remainder by 31 (DVV). */
function isHetu(text: string): boolean {
  const plain = text.toUpperCase();
  const digits = plain.slice(0, 6) + plain.slice(7, 10);
  return (
    isDay(plain.slice(4, 6), plain.slice(2, 4), plain.slice(0, 2)) &&
    '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(digits) % 31) === plain.charAt(10)
  );
}

/** Estonia and Lithuania: modulo 11 by two rows of weights; 10 after both is 0. */
function isBaltic(digits: string): boolean {
  const first = weighted(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  const second = weighted(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
  return (
    /^[1-8]\d{10}$/.test(digits) &&
    isDay(digits.slice(1, 3), digits.slice(3, 5), digits.slice(5, 7)) &&
    (first < 10 ? first : second % 10) === lastDigit(digits)
  );
}

/** Before July 2017 the day and a check digit; since then 32 and ten digits without meaning (PMLP). */
function isLatvian(digits: string): boolean {
  if (digits.startsWith('32')) return digits.length === 11;
  const rest = (1101 - weighted(digits, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11;
  return (
    isDay(digits.slice(4, 6), digits.slice(2, 4), digits.slice(0, 2)) && rest === lastDigit(digits)
  );
}
