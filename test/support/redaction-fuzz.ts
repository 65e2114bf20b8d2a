import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Json } from '../../domain/json.ts';
import { encodings, findLeaks, makeCanaries, type Canary } from './canaries.ts';

/** A document in which one secret is planted: where, in which encodings, and with what around it is chance. */
export interface PlantedDocument {
  readonly value: Json;
  readonly canary: Canary;
  /** How the secret stands in the document, where that is not how it is. */
  readonly written: string;
}

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '\ud800',
    '\udfff\ud800',
    'x\udc00y',
    '{"a":',
    '%41 ',
    '\\u0041',
    '\u200b\u2066',
    '[redacted:x]',
    '<email:k1.',
    '?page=2 ',
    'naïve ключ 鍵',
    'key: ',
    '&amp;',
    'AAAA==',
  ),
);
const packings: { readonly [name: string]: (text: string) => string } = {
  ...encodings,
  gzip: (text) => gzipSync(text).toString('base64'),
  zlib: (text) => deflateSync(text).toString('base64url'),
  'gzip hex': (text) => gzipSync(text).toString('hex'),
};
const chains = fc.array(fc.constantFrom(...Object.keys(packings)), { maxLength: 2 });
const names = fc.constantFrom(
  'message',
  'raw',
  'data',
  'output',
  'a.b',
  'field 7',
  '__proto__',
  'Description',
);

const places: readonly ((text: string, name: string) => Json)[] = [
  (text, name) => ({ [name]: text }),
  (text, name) => ({ outer: [{ [name]: ['x', text] }] }),
  (text) => ({ [text]: { count: 1 } }),
  (text) => text,
  (text, name) => ({ [name]: JSON.stringify({ inner: { deep: [text] } }) }),
  (text, name) => ({ [name]: `before\n${text}\nafter` }),
];
/** Only for what is split as people split it: a command at its blanks, a text at its lines. */
const split: readonly ((text: string) => Json)[] = [
  (text) => ({ args: text.split(' ') }),
  (text) => ({ lines: text.split('\n') }),
];
/** Characters that print nothing, inside the secret, where shape alone tells it. */
const marked = new Set([
  'github-token',
  'gitlab-token',
  'npm-token',
  'gcp-api-key',
  'stripe-key',
  'sendgrid-key',
]);

export const plantedDocuments: fc.Arbitrary<PlantedDocument> = fc
  .record({
    canary: fc
      .integer({ min: 0, max: 40 })
      .chain((seed) => fc.constantFrom(...makeCanaries(`fuzz ${seed}`))),
    chain: chains,
    before: noise,
    after: noise,
    name: names,
    place: fc.nat(places.length + split.length - 1),
    invisible: fc.option(
      fc.record({ at: fc.nat(), char: fc.constantFrom('\u200b', '\u00ad', '\u2060', '\u{e0041}') }),
      { freq: 4 },
    ),
  })
  .map(({ canary, chain, before, after, name, place, invisible }) => {
    const written =
      invisible === null || !marked.has(canary.kind)
        ? canary.secret
        : inserted(canary.secret, invisible);
    const text = canary.text.replace(canary.secret, written);
    const splitting = split[place - places.length];
    if (splitting !== undefined) return { value: splitting(text), canary, written };
    const encoded = chain.reduce((inner, packing) => packings[packing]?.(inner) ?? inner, text);
    const whole = `${before} ${encoded} ${after}`;
    return { value: places[place]?.(whole, name) ?? whole, canary, written };
  });

function inserted(text: string, { at, char }: { at: number; char: string }): string {
  const place = 5 + (at % (text.length - 6));
  return `${text.slice(0, place)}${char}${text.slice(place)}`;
}

/** What is left of the secret in the answer, in any form. */
export function leaksIn(answer: Json, { canary, written }: PlantedDocument): readonly string[] {
  const bytes = Buffer.from(JSON.stringify(answer));
  const forms = findLeaks(bytes, [canary]).map(({ form }) => form);
  return bytes.includes(Buffer.from(written)) ? [...forms, 'as written'] : forms;
}
