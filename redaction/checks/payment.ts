import {
  digitsOf,
  isCounting,
  isOneDigit,
  mod97,
  passesLuhn,
  plainOf,
  weighted,
} from './check-digits.ts';
import { ibanLengthOf } from '../fit-iban.ts';

export const paymentChecks = {
  luhnCard: (text: string): boolean => isPaymentCard(text),
  iban: (text: string): boolean => isIban(text),
  abaRouting: (text: string): boolean => isAbaRouting(text),
  bic: (text: string): boolean => isBic(text),
  accountNumber: (text: string): boolean => {
    const digits = digitsOf(text);
    return !isOneDigit(digits) && !isCounting(digits.slice(0, 12)) && digits.length >= 6;
  },
  sortCode: (text: string): boolean => !isOneDigit(digitsOf(text)),
  cardExpiry: (text: string): boolean => {
    const month = Number(text.slice(0, 2));
    return month >= 1 && month <= 12;
  },
} as const;

/** Issuer ranges with the lengths that they issue; a run of one digit is a placeholder. */
function isPaymentCard(text: string): boolean {
  const digits = digitsOf(text);
  if (!passesLuhn(digits) || isOneDigit(digits)) return false;
  const size = digits.length;
  const head = Number(digits.slice(0, 4));
  if (digits.startsWith('4')) return size === 16 || size === 19 || size === 13;
  if ((head >= 5100 && head <= 5599) || (head >= 2221 && head <= 2720)) return size === 16;
  if (/^3[47]/.test(digits)) return size === 15;
  if (/^(?:6011|65|64[4-9]|62|81|35(?:2[89]|[3-8])|220[0-4]|9792|508|60[3-8]|82)/.test(digits))
    return size >= 16 && size <= 19;
  if (/^(?:30[0-5]|3095|36|38|39)/.test(digits)) return size === 14 || size === 16;
  if (/^(?:5019|50[2368]|5610|6304|633|6390|67)/.test(digits)) return size >= 16 && size <= 19;
  return /^(?:50|5[6-9]|6[37])/.test(digits) && size === 16 && /\D/.test(text);
}

/** ISO 13616: country, length and mod 97. */
function isIban(text: string): boolean {
  const plain = text.replace(/[ -]/g, '').toUpperCase();
  if (ibanLengthOf(plain.slice(0, 2)) !== plain.length) return false;
  const moved = plain.slice(4) + plain.slice(0, 4);
  return mod97(moved.replace(/[A-Z]/g, (letter) => String(parseInt(letter, 36)))) === 1;
}

/** Nine digits, weights 3-7-1; the first two name a Federal Reserve district (ABA policy). */
function isAbaRouting(text: string): boolean {
  const digits = digitsOf(text);
  return (
    digits.length === 9 &&
    /^(?:0[1-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(digits) &&
    weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0
  );
}

/** ISO 3166 codes that BICs carry. */
const bicCountries = new Set(
  (
    'AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CY CZ ' +
    'DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FO FR GA GB GD GE GG GH GI GL GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MK ML MM MN MO MR MS MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ ' +
    'OM PA PE PF PG PH PK PL PS PT PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TC TD TG TH TJ TL TM TN TO TR TT TW TZ UA UG US UY UZ ' +
    'VA VC VE VG VN VU WS XK YE ZA ZM ZW'
  ).split(' '),
);

/** ISO 9362: four letters or digits of the party, country, location, branch. */
const isBic = (text: string): boolean => bicCountries.has(plainOf(text).slice(4, 6));
