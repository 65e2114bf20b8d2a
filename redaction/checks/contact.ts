import { digitsOf, isCounting, isOneDigit } from './check-digits.ts';

export const contactChecks = {
  email: (text: string): boolean => isEmail(text),
  phone: (text: string): boolean => isPhone(text),
  phoneWritten: (text: string): boolean =>
    isNorthAmerican(text) &&
    /^(?:\+?1[ .-]?)?(?:\(\d{3}\) ?-?\d{3}[ .-]|\d{3}-\d{3}-|\d{3}[.]\d{3}[.])\d{4}/.test(text),
  phoneNational: (text: string): boolean => isPhone(text) && !isDate(text),
  ukPostcode: (text: string): boolean => isUkPostcode(text),
} as const;

/** Last labels that name files, units or machine-only zones rather than a mail domain. */
const notMailZones = new Set(
  (
    'png jpg jpeg gif svg webp ico css js mjs cjs ts tsx jsx map json yaml yml xml html htm txt log md conf cfg ini sh py rb go rs java jar war ' +
    'exe dll so zip gz tgz tar service timer socket target mount scope slice device swap path internal svc localdomain invalid rc beta alpha'
  ).split(' '),
);

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1).toLowerCase();
  if (at < 1 || at > 64 || domain.length > 253) return false;
  if (/^\d+\.\d+/.test(domain) || domain.endsWith('.gserviceaccount.com')) return false;
  if (text.startsWith('git@') || text.startsWith('.')) return false;
  return !notMailZones.has(domain.slice(domain.lastIndexOf('.') + 1));
}

/** E.164 allows 15 digits at most; shorter than 7 is an extension or a code. */
function isPhone(text: string): boolean {
  const digits = digitsOf(text.replace(/\s*(?:x|ext).*$/i, ''));
  if (digits.length < 7 || digits.length > 15) return false;
  return !isOneDigit(digits) && !isCounting(text) && !isDate(text);
}

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}|^\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})$/.test(text);

/** NANP: area and exchange begin with 2 to 9, and neither is a service code such as 911. */
function isNorthAmerican(text: string): boolean {
  const digits = digitsOf(text.replace(/\s*(?:x|ext).*$/i, '')).replace(/^1(?=\d{10}$)/, '');
  return (
    /^[2-9]\d{2}[2-9]\d{6}$/.test(digits) && !/^.11|^...(?:11)/.test(digits) && !isOneDigit(digits)
  );
}

/** Postcode areas of the United Kingdom and the crown dependencies. */
const postcodeAreas = new Set(
  (
    'AB AL B BA BB BD BF BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV ' +
    'JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW ' +
    'UB W WA WC WD WF WN WR WS WV YO ZE'
  ).split(' '),
);

const isUkPostcode = (text: string): boolean =>
  /^GIR ?0AA$/i.test(text) || postcodeAreas.has(/^[A-Z]{1,2}/.exec(text.toUpperCase())?.[0] ?? '');
