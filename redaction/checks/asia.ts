import {
  digitsOf,
  isDay,
  less,
  isOneDigit,
  lastDigit,
  passesLuhn,
  passesVerhoeff,
  plainOf,
  weighted,
} from './check-digits.ts';

export const asiaChecks = {
  inAadhaar: (text: string): boolean => {
    const digits = digitsOf(text);
    return /^[2-9]\d{11}$/.test(digits) && passesVerhoeff(digits);
  },
  inGstin: (text: string): boolean => isGstin(plainOf(text)),
  cnResident: (text: string): boolean => isChinese(plainOf(text)),
  hkIdentity: (text: string): boolean => isHongKong(plainOf(text)),
  twIdentity: (text: string): boolean => isTaiwanese(plainOf(text)),
  jpMyNumber: (text: string): boolean => {
    const digits = digitsOf(text);
    const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    return digits.length === 12 && (rest < 2 ? 0 : 11 - rest) === lastDigit(digits);
  },
  krResident: (text: string): boolean => isKorean(digitsOf(text), '1-4'),
  krForeigner: (text: string): boolean => isKorean(digitsOf(text), '5-8'),
  krChecked: (text: string): boolean => /-/.test(text) && isKoreanChecked(digitsOf(text)),
  krBusiness: (text: string): boolean => {
    const digits = digitsOf(text);
    const sum =
      weighted(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) +
      Math.floor((Number(digits.charAt(8)) * 5) / 10);
    return (10 - (sum % 10)) % 10 === lastDigit(digits);
  },
  fourTriples: (text: string): boolean => /^\d{3}(?:-\d{3}){3}$/.test(text),
  bracketed: (text: string): boolean => /\(.\)$/.test(text),
  sgNric: (text: string): boolean => isNric(plainOf(text)),
  thIdentity: (text: string): boolean => {
    const digits = digitsOf(text);
    const sum = weighted(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    return /^[1-8]\d{12}$/.test(digits) && (11 - (sum % 11)) % 10 === lastDigit(digits);
  },
  phTin: (text: string): boolean => {
    const digits = digitsOf(text);
    return weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11 === Number(digits.charAt(8));
  },
  myIdentity: (text: string): boolean => {
    const digits = digitsOf(text);
    return isDay(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6));
  },
  idIdentity: (text: string): boolean => isIndonesian(digitsOf(text)),
  lkIdentity: (text: string): boolean => {
    const digits = digitsOf(text);
    const day = Number(digits.length === 12 ? digits.slice(4, 7) : digits.slice(2, 5)) % 500;
    return day >= 1 && day <= 366;
  },
  ilIdentity: (text: string): boolean => {
    const digits = digitsOf(text);
    return !isOneDigit(digits) && passesLuhn(digits.padStart(9, '0'));
  },
  kzIdentity: (text: string): boolean => {
    const digits = digitsOf(text);
    const first = weighted(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    const second = weighted(digits, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11;
    return (first < 10 ? first : second) === lastDigit(digits);
  },
} as const;

/** State, PAN, number, Z; the last character by factors 1 and 2 in base 36 (GSTN). */
function isGstin(plain: string): boolean {
  const sum = plain
    .slice(0, 14)
    .split('')
    .reduce((all, char, at) => {
      const product = parseInt(char, 36) * (1 + (at % 2));
      return all + Math.floor(product / 36) + (product % 36);
    }, 0);
  return ((36 - (sum % 36)) % 36).toString(36).toUpperCase() === plain.charAt(14);
}

/** GB 11643: ISO 7064 MOD 11-2 over seventeen digits, of which eight are a day. */
function isChinese(plain: string): boolean {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return (
    /^[1-9]\d{5}(?:18|19|20)\d{9}[\dX]$/.test(plain) &&
    isDay(plain.slice(6, 10), plain.slice(10, 12), plain.slice(12, 14)) &&
    '10X98765432'.charAt(weighted(plain, weights) % 11) === plain.charAt(17)
  );
}

/** One or two letters (a blank counts 36), six digits, and a check digit or A. */
function isHongKong(plain: string): boolean {
  const padded = plain.padStart(9, ' ');
  const sum = padded.split('').reduce((all, char, at) => {
    const value = char === ' ' ? 36 : at === 8 && char === 'A' ? 10 : parseInt(char, 36);
    return all + value * (9 - at);
  }, 0);
  return /^[A-Z]{1,2}\d{6}[\dA]$/.test(plain) && sum % 11 === 0;
}

const taiwanLetters = 'ABCDEFGHJKLMNPQRSTUVXYWZIO';

function isTaiwanese(plain: string): boolean {
  if (!/^[A-Z][1289A-D]\d{8}$/.test(plain)) return false;
  const area = 10 + taiwanLetters.indexOf(plain.charAt(0));
  const second = /\d/.test(plain.charAt(1))
    ? Number(plain.charAt(1))
    : (10 + taiwanLetters.indexOf(plain.charAt(1))) % 10;
  const sum = Math.floor(area / 10) + (area % 10) * 9 + second * 8;
  return (sum + weighted(plain.slice(2), [7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0;
}

/** A day and a digit for sex and century. The last digit checks only numbers given before October 2020. */
function isKorean(digits: string, sexes: '1-4' | '5-8'): boolean {
  const sex = Number(digits.charAt(6));
  const fits = sexes === '1-4' ? sex >= 1 && sex <= 4 : sex >= 5 && sex <= 8;
  return (
    fits &&
    digits.length === 13 &&
    isDay(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6))
  );
}

function isKoreanChecked(digits: string): boolean {
  const sum = weighted(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
  const shift = Number(digits.charAt(6)) >= 5 ? 13 : 11;
  return (
    (isKorean(digits, '1-4') || isKorean(digits, '5-8')) &&
    (shift - (sum % 11)) % 10 === lastDigit(digits)
  );
}

/** Weights 2-7-6-5-4-3-2; each series has its own letters (ICA). */
function isNric(plain: string): boolean {
  const series = plain.charAt(0);
  const shift = series === 'T' || series === 'G' ? 4 : series === 'M' ? 3 : 0;
  const rest = (weighted(plain.slice(1), [2, 7, 6, 5, 4, 3, 2]) + shift) % 11;
  const letters: { readonly [series: string]: string } = {
    S: 'JZIHGFEDCBA',
    T: 'JZIHGFEDCBA',
    F: 'XWUTRQPNMLK',
    G: 'XWUTRQPNMLK',
    M: 'XWUTRQPNJLK',
  };
  return letters[series]?.charAt(rest) === plain.charAt(8);
}

/** NIK: six digits of place, the day (women's adds 40), four of order. */
function isIndonesian(digits: string): boolean {
  const day = less(digits.slice(6, 8), 40);
  return /^[1-9]/.test(digits) && isDay(digits.slice(10, 12), digits.slice(8, 10), day);
}
