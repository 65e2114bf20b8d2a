import { personalChecks } from './checks/personal.ts';

/** Checks that a pattern cannot state. Each gets the matched text (folded to ASCII) and answers whether it is one. */
export const validators = {
  ...personalChecks,
  jwt: (text: string): boolean => isJwt(text),
  notPlaceholder: (text: string): boolean => !isPlaceholder(text),
  /**
   * For shapes that are plain by themselves. SECURITY: only what is masked for the most part is a placeholder; a run of
   * one character inside a key is no reason to let the key through.
   */
  notMasked: (text: string): boolean => {
    const rest = text.replace(maskRuns, '').length;
    return rest === text.length || rest >= unmaskedMin;
  },
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
    !text.endsWith('EXAMPLE') && !/([A-Z0-9])\1{8}/.test(text),
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
    !isPlaceholder(text) &&
    !/^\d{1,5}:?[\\/]|^(?:pass(?:word)?|pw|pwd|token|secret|x-(?:oauth-basic|access-token|token-auth))$/i.test(
      text,
    ),
} as const;

const maskRuns = /[x*]{5,}|([x0#.*-])\1{11,}/gi;
/** The mark, and a little more than the longest one that stands before a masked value. */
const unmaskedMin = 12;

export type ValidatorName = keyof typeof validators;

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
  if (text.replace(maskRuns, '').length * 2 < text.length) return true;
  return /^your[-_ ]|example[-_]?(?:key|token|secret)|abcdefghijklmnop/i.test(text);
}
