import { digitsOf, isOneDigit, lastDigit, plainOf, weighted } from './check-digits.ts';

export const southAmericaChecks = {
  brCpf: (text: string): boolean => isCpf(digitsOf(text)),
  brCnpj: (text: string): boolean => isCnpj(plainOf(text)),
  arCuit: (text: string): boolean => isCuit(digitsOf(text)),
  clRut: (text: string): boolean => isRut(plainOf(text)),
  coNit: (text: string): boolean => isNit(digitsOf(text)),
  peRuc: (text: string): boolean => isRuc(digitsOf(text)),
  uyCi: (text: string): boolean => {
    const digits = digitsOf(text).padStart(8, '0');
    return digits.length === 8 && weighted(digits, [2, 9, 8, 7, 6, 3, 4, 1]) % 10 === 0;
  },
  ecCedula: (text: string): boolean => {
    const digits = digitsOf(text);
    const doubled = digits
      .slice(0, 9)
      .split('')
      .map((char, at) => {
        const value = Number(char) * (at % 2 === 0 ? 2 : 1);
        return value > 9 ? value - 9 : value;
      });
    const sum = doubled.reduce((all, value) => all + value, 0);
    return (
      /^(?:0[1-9]|1\d|2[0-4]|30)[0-6]\d{7}$/.test(digits) &&
      (10 - (sum % 10)) % 10 === lastDigit(digits)
    );
  },
} as const;

const mod11 = (sum: number): number => (sum % 11 < 2 ? 0 : 11 - (sum % 11));

/** CPF: two check digits, weights 10 to 2 and 11 to 2 (Receita Federal). */
function isCpf(digits: string): boolean {
  return (
    digits.length === 11 &&
    !isOneDigit(digits) &&
    mod11(weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(digits.charAt(9)) &&
    mod11(weighted(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(digits.charAt(10))
  );
}

/** CNPJ: as CPF with weights that begin anew; letters count as their code less 48 (from July 2026). */
function isCnpj(plain: string): boolean {
  if (!/^[0-9A-Z]{12}\d{2}$/.test(plain) || isOneDigit(plain)) return false;
  return (
    mod11(weighted(plain, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(plain.charAt(12)) &&
    mod11(weighted(plain, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(plain.charAt(13))
  );
}

function isCuit(digits: string): boolean {
  if (!/^(?:2[03-7]|3[034])\d{9}$/.test(digits)) return false;
  const rest = 11 - (weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return (rest === 11 ? 0 : rest === 10 ? 9 : rest) === lastDigit(digits);
}

/** RUT: weights 2 to 7 from the right, over and over; ten is K. */
function isRut(plain: string): boolean {
  const body = plain.slice(0, -1);
  if (!/^\d{7,8}$/.test(body) || isOneDigit(body)) return false;
  const sum = body
    .split('')
    .reverse()
    .reduce((all, char, at) => all + Number(char) * (2 + (at % 6)), 0);
  const rest = 11 - (sum % 11);
  return (rest === 11 ? '0' : rest === 10 ? 'K' : String(rest)) === plain.slice(-1);
}

function isNit(digits: string): boolean {
  const weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43];
  const body = digits.slice(0, -1).split('').reverse();
  const rest = body.reduce((all, char, at) => all + Number(char) * (weights[at] ?? 0), 0) % 11;
  return (
    digits.length >= 9 && digits.length <= 11 && (rest < 2 ? rest : 11 - rest) === lastDigit(digits)
  );
}

function isRuc(digits: string): boolean {
  const rest = 11 - (weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return /^(?:10|15|16|17|20)\d{9}$/.test(digits) && rest % 10 === lastDigit(digits);
}
