import {
  digitsOf,
  isDay,
  isOneDigit,
  lastDigit,
  less,
  mod97,
  passesLuhn,
  passesMod11And10,
  passesVerhoeff,
  plainOf,
  weighted,
} from './check-digits.ts';

export const westernEuropeChecks = {
  deTaxId: (text: string): boolean => isGermanTaxId(digitsOf(text)),
  dePension: (text: string): boolean => isGermanPension(plainOf(text)),
  deHealth: (text: string): boolean => isGermanHealth(plainOf(text)),
  deLanr: (text: string): boolean => {
    const digits = digitsOf(text);
    return (10 - (weighted(digits, [4, 9, 4, 9, 4, 9]) % 10)) % 10 === Number(digits.charAt(6));
  },
  deVat: (text: string): boolean =>
    /^[1-9]/.test(digitsOf(text)) && passesMod11And10(digitsOf(text)),
  atSvnr: (text: string): boolean => isAustrianSvnr(digitsOf(text)),
  chAhv: (text: string): boolean => isEan13(digitsOf(text)),
  chAhvDotted: (text: string): boolean => /[. ]/.test(text) && isEan13(digitsOf(text)),
  frNir: (text: string): boolean => isFrenchNir(plainOf(text)),
  frNirSpaced: (text: string): boolean => /[ .]/.test(text) && isFrenchNir(plainOf(text)),
  spaced: (text: string): boolean => /\d \d+ \d/.test(text),
  dashLetter: (text: string): boolean => /-[A-Za-z]$/.test(text),
  hasDigits: (text: string): boolean => /\d/.test(text),
  frNif: (text: string): boolean => {
    const digits = digitsOf(text);
    return Number(digits.slice(0, 10)) % 511 === Number(digits.slice(10));
  },
  luhn: (text: string): boolean => passesLuhn(digitsOf(text)) && !isOneDigit(digitsOf(text)),
  esDni: (text: string): boolean => isSpanishLetter(plainOf(text)),
  esNuss: (text: string): boolean => {
    const digits = digitsOf(text);
    const number = digits.slice(2, 10).replace(/^0(?=\d{7}$)/, '');
    return Number(digits.slice(0, 2) + number) % 97 === Number(digits.slice(10));
  },
  ptNif: (text: string): boolean => {
    const digits = digitsOf(text);
    const rest = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    return digits.length === 9 && (rest < 2 ? 0 : 11 - rest) === lastDigit(digits);
  },
  itFiscalCode: (text: string): boolean => isFiscalCode(plainOf(text)),
  nlBsn: (text: string): boolean => isBsn(digitsOf(text)),
  beNrn: (text: string): boolean => isBelgian(digitsOf(text)),
  beNrnDotted: (text: string): boolean => /\d[.]\d/.test(text) && isBelgian(digitsOf(text)),
  luNin: (text: string): boolean => {
    const digits = digitsOf(text);
    return (
      isDay(digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)) &&
      passesLuhn(digits.slice(0, 12)) &&
      passesVerhoeff(digits.slice(0, 11) + digits.slice(12))
    );
  },
} as const;

/** Eleven digits of which the first ten hold one digit twice or thrice; the last by ISO 7064 (BZSt). */
function isGermanTaxId(digits: string): boolean {
  if (!/^[1-9]\d{10}$/.test(digits) || !passesMod11And10(digits)) return false;
  const counts = '0123456789'.split('').map((digit) => digits.slice(0, 10).split(digit).length - 1);
  const often = counts.filter((count) => count > 1);
  return often.length === 1 && (often[0] ?? 0) <= 3;
}

/** Digits of each product are added up (VKVV §4). */
const crossSum = (value: number): number =>
  value > 9 ? Math.floor(value / 10) + (value % 10) : value;

const letterNumber = (letter: string): string => String(letter.charCodeAt(0) - 64).padStart(2, '0');

function isGermanPension(plain: string): boolean {
  const [, area = '', dd = '', mm = '', yy = '', letter = '', rest = ''] =
    /^(\d{2})(\d{2})(\d{2})(\d{2})([A-Z])(\d{3})$/.exec(plain) ?? [];
  if (area === '' || !isDay(yy, mm, less(dd, 50))) return false;
  const digits = area + dd + mm + yy + letterNumber(letter) + rest;
  const sum = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].reduce(
    (all, weight, at) => all + crossSum(weight * Number(digits.charAt(at))),
    0,
  );
  return sum % 10 === lastDigit(digits);
}

/** KVNR: a letter and nine digits, products by 1 and 2 in turn (GKV-Spitzenverband). */
function isGermanHealth(plain: string): boolean {
  if (!/^[A-Z]\d{9}$/.test(plain)) return false;
  const digits = letterNumber(plain.charAt(0)) + plain.slice(1, 9);
  const sum = digits
    .split('')
    .reduce((all, char, at) => all + crossSum(Number(char) * (1 + (at % 2))), 0);
  return sum % 10 === Number(plain.charAt(9));
}

function isAustrianSvnr(digits: string): boolean {
  if (!/^[1-9]\d{9}$/.test(digits)) return false;
  return weighted(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(digits.charAt(3));
}

function isEan13(digits: string): boolean {
  return (
    digits.length === 13 && weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0
  );
}

/** NIR: sex, year, month, department (Corsica has letters), commune, order, and 97 less the remainder (INSEE). */
function isFrenchNir(plain: string): boolean {
  const corsica: { readonly [department: string]: string } = { '2A': '19', '2B': '18' };
  const department = plain.slice(5, 7);
  const number = plain.slice(0, 5) + (corsica[department] ?? department) + plain.slice(7, 13);
  const month = Number(plain.slice(3, 5));
  return (
    /^[12378]\d{12}$/.test(number) &&
    ((month >= 1 && month <= 12) || month >= 20) &&
    97 - mod97(number) === Number(plain.slice(13))
  );
}

/** DNI and NIE: the letter stands for the number's remainder by 23; X, Y and Z count as 0, 1 and 2. */
function isSpanishLetter(plain: string): boolean {
  const number = plain.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return (
    /^\d{7,8}$/.test(number) &&
    'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(number) % 23) === plain.slice(-1)
  );
}

const oddValues = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/** Codice fiscale: characters at odd places count by a table, at even places by themselves (D.M. 23/12/1976). */
function isFiscalCode(plain: string): boolean {
  const ordinal = (char: string): number =>
    /\d/.test(char) ? Number(char) : char.charCodeAt(0) - 65;
  const sum = plain
    .slice(0, 15)
    .split('')
    .reduce(
      (all, char, at) => all + (at % 2 === 0 ? (oddValues[ordinal(char)] ?? 0) : ordinal(char)),
      0,
    );
  return plain.length === 16 && String.fromCharCode(65 + (sum % 26)) === plain.charAt(15);
}

/** The eleven test: weights 9 to 2, and minus one for the last digit. */
function isBsn(given: string): boolean {
  const digits = given.padStart(9, '0');
  return (
    digits.length === 9 &&
    !isOneDigit(digits) &&
    weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
  );
}

/** 97 less the remainder of the first nine digits; a 2 before them for who was born from 2000 on. */
function isBelgian(digits: string): boolean {
  const key = Number(digits.slice(9));
  const head = digits.slice(0, 9);
  return (
    digits.length === 11 &&
    Number(digits.slice(2, 4)) <= 52 &&
    Number(digits.slice(4, 6)) <= 31 &&
    (97 - mod97(head) === key || 97 - mod97(`2${head}`) === key)
  );
}
