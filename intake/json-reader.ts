/** A text that is being read, and what was counted on the way. */
export interface Reader {
  readonly text: string;
  at: number;
  depth: number;
  keys: number;
  values: number;
  readonly notes: Set<string>;
  /** True where a comma may be missing between two members; the notes then say so. */
  readonly commasMayMiss: boolean;
}

/** Why a text is not read; caught where reading began. */
export class Verdict extends Error {}

export const refuse = (reader: Reader, what: string): never => {
  throw new Verdict(`${what} at character ${reader.at}`);
};

/** Character codes of JSON's own signs. */
export const codes = {
  quote: 34,
  comma: 44,
  minus: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  bracket: 91,
  backslash: 92,
  closeBracket: 93,
  brace: 123,
  closeBrace: 125,
};

export function skipSpace(reader: Reader): void {
  const { text } = reader;
  let at = reader.at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
    at += 1;
  }
  reader.at = at;
}
