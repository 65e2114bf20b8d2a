const hex = 1;
const encoding = 2;
const number = 4;
const space = 8;
const mailSign = 16;

const opaqueHexCharsMin = 16;
const encodedCharsMin = 60;

/** What a character can be part of, by its code; nothing for those outside of ASCII. */
const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  let found = 0;
  if (sign >= '0' && sign <= '9') found |= hex | encoding | number;
  if ((sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z')) found |= encoding;
  if ((sign >= 'a' && sign <= 'f') || (sign >= 'A' && sign <= 'F')) found |= hex;
  if (sign === '-') found |= hex | encoding | number;
  if ('+/=_'.includes(sign)) found |= encoding;
  if ('.:/'.includes(sign)) found |= number;
  if (' \t\n\f\r'.includes(sign)) found |= space | number;
  if (sign === '@') found |= mailSign;
  return found;
});

/** No words that say what is the matter: an id, a number or a time, something encoded, an address of a page or a mailbox. */
export function isOpaque(text: string): boolean {
  const chars = text.length;
  let every = chars === 0 ? 0 : hex | encoding | number;
  let spaced = false;
  let mailbox = false;
  for (let place = 0; place < chars; place += 1) {
    const code = text.charCodeAt(place);
    const found = code < 128 ? (classes[code] ?? 0) : 0;
    every &= found;
    if ((found & space) !== 0) spaced = true;
    if ((found & mailSign) !== 0 && place > 0 && place < chars - 1) mailbox = true;
  }
  if ((every & hex) !== 0 && chars >= opaqueHexCharsMin) return true;
  if ((every & encoding) !== 0 && chars >= encodedCharsMin) return true;
  if ((every & number) !== 0 || (mailbox && !spaced)) return true;
  return (text.startsWith('http:') || text.startsWith('https:')) && !text.includes('\n');
}
