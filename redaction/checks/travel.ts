import { isOneDigit, digitsOf } from './check-digits.ts';

export const travelChecks = {
  mrz: (text: string): boolean => isMachineReadable(text),
  passportOrCard: (text: string): boolean => /\d.*\d/.test(text),
  passportNumber: (text: string): boolean => {
    const digits = digitsOf(text);
    return digits.length >= 5 && !isOneDigit(digits);
  },
} as const;

/** ICAO 9303 part 3: digits count as themselves, letters from 10, the filler 0; weights 7-3-1. */
export function mrzCheckDigit(field: string): number {
  let sum = 0;
  for (let at = 0; at < field.length; at += 1) {
    const char = field.charAt(at);
    sum += (char === '<' ? 0 : parseInt(char, 36)) * ([7, 3, 1][at % 3] ?? 1);
  }
  return sum % 10;
}

const holds = (line: string, from: number, to: number): boolean =>
  mrzCheckDigit(line.slice(from, to)) === Number(line.charAt(to).replace('<', '0'));

/** Passports (two lines of 44), visas and cards (two of 36), cards (three of 30): number, birth and expiry each bear a check digit. */
function isMachineReadable(text: string): boolean {
  const lines = text.trim().split(/\s+|\\n/);
  if (lines.length === 3) {
    const [first = '', second = ''] = lines;
    return holds(first, 5, 14) && holds(second, 0, 6) && holds(second, 8, 14);
  }
  const last = lines.at(-1) ?? '';
  return holds(last, 0, 9) && holds(last, 13, 19) && holds(last, 21, 27);
}
