import { ibanLengthOf } from './fit-iban.ts';

/** Checks that a pattern cannot state. Each gets the matched text (folded to ASCII) and answers whether it is one. */
export const validators = {
  luhnCard: (text: string): boolean => isPaymentCard(text),
  iban: (text: string): boolean => isIban(text),
  usSsn: (text: string): boolean => isUsSsn(text),
  email: (text: string): boolean => isEmail(text),
  phone: (text: string): boolean => isPhone(text),
  jwt: (text: string): boolean => isJwt(text),
  notPlaceholder: (text: string): boolean => !isPlaceholder(text),
  /** Templates and runs only: for shapes so plain that a word in them is no sign of a placeholder. */
  notMasked: (text: string): boolean => !/[x*]{6,}|([x0#.*-])\1{11,}/i.test(text),
  /** What follows the last `_` or `-` is no word: letters and digits mixed. */
  randomTail: (text: string): boolean => {
    const tail = text.slice(Math.max(text.lastIndexOf('_'), text.indexOf('-')) + 1);
    return (
      /\d/.test(tail) &&
      /[A-Za-z]/.test(tail) &&
      !/^pk_|^live_\d+_/.test(text) &&
      !isPlaceholder(text)
    );
  },
  basicPair: (text: string): boolean => isBasicPair(text),
  notExampleKey: (text: string): boolean =>
    !text.endsWith('EXAMPLE') && !/([A-Z0-9])\1{5}/.test(text),
  anything: (): boolean => true,
  /** An identifier with digits that is no UUID: those are evidence. */
  mixedId: (text: string): boolean =>
    /\d/.test(text) && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-/i.test(text) && !isPlaceholder(text),
  discordToken: (text: string): boolean =>
    /^\d{15,22}$/.test(Buffer.from(text.split('.')[0] ?? '', 'base64').toString('latin1')),
  mixedLetters: (text: string): boolean => /[A-Za-z]/.test(text) && !isPlaceholder(text),
  awsSecret: (text: string): boolean =>
    /[A-Z]/.test(text) &&
    /[a-z]/.test(text) &&
    /\d/.test(text) &&
    !/[0-9a-f]{16}|EXAMPLE$/.test(text) &&
    !isPlaceholder(text),
  mixed: (text: string): boolean =>
    /\d/.test(text) && /[A-Za-z]/.test(text) && !isPlaceholder(text),
  urlSecret: (text: string): boolean =>
    !isPlaceholder(text) && !/^\d{1,5}\/|^(?:pass(?:word)?|pw|pwd|token|secret)$/i.test(text),
} as const;

export type ValidatorName = keyof typeof validators;

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** Luhn's check digit (ISO/IEC 7812-1 annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at -= 1, double = !double) {
    const digit = digits.charCodeAt(at) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** Issuer ranges with the lengths that they issue; a run of one digit is a placeholder. */
function isPaymentCard(text: string): boolean {
  const digits = digitsOf(text);
  if (!passesLuhn(digits) || /^(\d)\1+$/.test(digits)) return false;
  const size = digits.length;
  const head = Number(digits.slice(0, 4));
  if (digits.startsWith('4')) return size === 16 || size === 19;
  if ((head >= 5100 && head <= 5599) || (head >= 2221 && head <= 2720)) return size === 16;
  if (/^3[47]/.test(digits)) return size === 15;
  if (/^(?:6011|65|64[4-9]|62|35(?:2[89]|[3-8]))/.test(digits)) return size >= 16 && size <= 19;
  if (/^(?:30[0-5]|36|38|39)/.test(digits)) return size === 14 || size === 16;
  return /^(?:50|5[6-9]|6[37])/.test(digits) && size === 16 && /\D/.test(text);
}

/** ISO 13616: country, length and mod 97. */
function isIban(text: string): boolean {
  const plain = text.replace(/[ -]/g, '').toUpperCase();
  if (ibanLengthOf(plain.slice(0, 2)) !== plain.length) return false;
  let rest = 0;
  for (const char of plain.slice(4) + plain.slice(0, 4)) {
    const value = parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Areas, groups and serials that the SSA never issues are not SSNs. */
function isUsSsn(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 9) return false;
  const area = digits.slice(0, 3);
  return (
    area !== '000' &&
    area !== '666' &&
    digits.slice(3, 5) !== '00' &&
    digits.slice(5) !== '0000' &&
    !/^(\d)\1+$/.test(digits)
  );
}

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

/** E.164 allows 15 digits at most; shorter than 8 is an extension or a code. */
function isPhone(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length < 8 || digits.length > 15 || /^(\d)\1+$/.test(digits)) return false;
  return !/^\d{4}-\d{2}-\d{2}/.test(text);
}

/** A compact JWS or JWE whose header decodes to JSON with an algorithm (RFC 7515, 7516). */
function isJwt(text: string): boolean {
  const header = Buffer.from(text.slice(0, text.indexOf('.')), 'base64url').toString('latin1');
  return /^\s*\{/.test(header) && /"(?:alg|typ|enc|kid)"/.test(header);
}

function isBasicPair(text: string): boolean {
  const pair = Buffer.from(text, 'base64').toString('latin1');
  return /^[\x20-\x7e]{1,200}:[\x20-\x7e]{1,200}$/.test(pair);
}

/** Bits per character. */
export function entropyOf(text: string): number {
  if (text.length === 0) return 0;
  const counts = new Map<number, number>();
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const placeholderWords =
  /^(?:null|nil|none|undefined|true|false|empty|example|redacted|required|optional|unset|not[-_ ]?set|n\/a|todo|string|str|masked|hidden|yes|no|on|off|unknown|changed|default)$/i;

/** Templates, stars, runs of one character and words that documentation puts where a secret would stand. */
export function isPlaceholder(text: string): boolean {
  if (text.length === 0 || placeholderWords.test(text)) return true;
  if (/^[*.xX\-_#?0 ]+$/.test(text) || /^(.)\1+$/.test(text)) return true;
  if (
    /^(?:\$\{|\$\(|\$[A-Za-z_]|\{\{?|%\{|%\(|%[A-Za-z_]+%|<[%?$A-Za-z][^<>]{0,80}>|@@|\[[A-Za-z][A-Za-z ]+\])/.test(
      text,
    )
  )
    return true;
  return /[x*]{6,}|([x0#.*-])\1{11,}|^your[-_ ]|example[-_]?(?:key|token|secret)|abcdefghijklmnop/i.test(
    text,
  );
}
