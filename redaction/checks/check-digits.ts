/** Arithmetic that identifiers share. All take digits only, and answer false for anything of the wrong length. */

export const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** Letters and digits, upper case: what is left of an identifier however it was written. */
export const plainOf = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();

const digitAt = (digits: string, at: number): number => digits.charCodeAt(at) - 48;

/** Sum of the first digits, each times its weight. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * digitAt(digits, at), 0);
}

export const lastDigit = (digits: string): number => digitAt(digits, digits.length - 1);

/** One digit over and over: nobody is issued such a number, and test data is full of them. */
export const isOneDigit = (digits: string): boolean => /^(\d)\1*$/.test(digits);

/** 1234567890 and its like: digits that only count up. */
export const isCounting = (digits: string): boolean =>
  digits.length >= 7 && '01234567890123456789'.includes(digits);

/** Some numbers add to the day or month of birth to say something else; this takes it off where it was added. */
export const less = (part: string, added: number): string =>
  Number(part) > added ? String(Number(part) - added) : part;

/** Luhn's check digit (ISO/IEC 7812-1 annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at -= 1, double = !double) {
    const digit = digitAt(digits, at);
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return digits !== '' && sum % 10 === 0;
}

/** ISO/IEC 7064, MOD 11,10: the hybrid system of German and Croatian tax numbers. */
export function passesMod11And10(digits: string): boolean {
  let product = 10;
  for (let at = 0; at < digits.length - 1; at += 1) {
    const sum = (digitAt(digits, at) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return digits !== '' && (product + lastDigit(digits)) % 10 === 1;
}

/** The remainder by 97 of a decimal number of any length. */
export function mod97(digits: string): number {
  let rest = 0;
  for (let at = 0; at < digits.length; at += 1) rest = (rest * 10 + digitAt(digits, at)) % 97;
  return rest;
}

const verhoeffTimes = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const verhoeffTurns = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** Verhoeff's check digit over the dihedral group of ten (Mathematical Centre Tract 29, 1969). */
export function passesVerhoeff(digits: string): boolean {
  let held = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digitAt(digits, digits.length - 1 - at);
    const turned = digitAt(verhoeffTurns[at % 8] ?? '', digit);
    held = digitAt(verhoeffTimes[held] ?? '', turned);
  }
  return digits !== '' && held === 0;
}

/** A day that the calendar has. The year may have two digits, for which the 29th of February is always let through. */
export function isDay(year: string, month: string, day: string): boolean {
  const [m, d] = [Number(month), Number(day)];
  if (m < 1 || m > 12 || d < 1) return false;
  const y = year.length === 4 ? Number(year) : 2000;
  return d <= new Date(Date.UTC(y, m, 0)).getUTCDate();
}
