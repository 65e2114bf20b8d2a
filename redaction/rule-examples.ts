import { createHash } from 'node:crypto';

const alphabets: { readonly [name: string]: string } = {
  hex: '0123456789abcdef',
  HEX: '0123456789ABCDEF',
  dig: '0123456789',
  az: 'abcdefghijklmnopqrstuvwxyz',
  AZ: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  b32: 'abcdefghijklmnopqrstuvwxyz234567',
  B32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  b36: 'abcdefghijklmnopqrstuvwxyz0123456789',
  B36: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  b62: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  b58: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  b64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
};

/**
 * Rules write their examples as templates, so that no scanner takes the repository for a leak: `{hex:32}` stands for 32 hexadecimal
 * digits, `{uuid}` for a UUID, `{of:TEXT}` for the base64 of a text, `{jwt}` for a signed
 * token. The same template always gives the same text.
 */
export function exampleOf(template: string, seed: string): string {
  let turn = 0;
  return template.replace(
    /\{([A-Za-z0-9]+)(?::([^}]*))?\}/g,
    (whole, name: string, argument?: string) => {
      turn += 1;
      const place = `${seed}/${turn}`;
      if (name === 'of') return Buffer.from(argument ?? '').toString('base64');
      if (name === 'uuid') return uuidOf(place);
      if (name === 'jwt') return jwtOf(place);
      const alphabet = alphabets[name];
      if (alphabet === undefined || argument === undefined) return whole;
      return withDigit(picked(`${place}/${alphabet}`, alphabet, Number(argument)), name);
    },
  );
}

const uuidOf = (seed: string): string =>
  [8, 4, 4, 4, 12]
    .map((count, at) => picked(`${seed}/${at}`, alphabets['hex'] ?? '', count))
    .join('-');

const jwtOf = (seed: string): string =>
  [
    Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url'),
    picked(seed, alphabets['url'] ?? '', 60),
    picked(`${seed}/signature`, alphabets['url'] ?? '', 43),
  ].join('.');

/** Every generated run of letters and digits has both: without a digit it could be read as a word. */
function withDigit(text: string, alphabet: string): string {
  if (/^(?:az|AZ|dig)$/.test(alphabet) || text.length < 4) return text;
  const letter = /^[A-Z]/.test(alphabet) ? 'K' : 'k';
  return `${text.slice(0, 1)}${alphabet.toLowerCase() === 'hex' ? (letter === 'K' ? 'E' : 'e') : letter}7${text.slice(3)}`;
}

function picked(seed: string, alphabet: string, count: number): string {
  let out = '';
  for (let block = 0; out.length < count; block += 1)
    for (const byte of createHash('sha256').update(`${seed}/${block}`).digest())
      if (out.length < count) out += alphabet.charAt(byte % alphabet.length);
  return out;
}
