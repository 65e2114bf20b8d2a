/**
 * JSON with its numbers as they are written: those that a double cannot hold (`12345678901234567890`, `1.10`, `1e400`) come as raw JSON, which
 * `JSON.stringify` writes back unchanged. Undefined where the text is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return oddNumber.test(text) ? JSON.parse(text, keepSource as Reviver) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only where such a number may stand is the slower parse needed. */
const oddNumber = /\d{16}|\d[eE]|\d\.\d*0(?!\d)|-0(?![.\d])/;

type Reviver = (key: string, value: unknown) => unknown;

/** The third argument is in the language since ES2025 and not yet in its types. */
function keepSource(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  const { source } = context;
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  return rawJson.rawJSON(source);
}

export interface RawNumber {
  readonly rawJSON: string;
}

const rawJson = JSON as typeof JSON & {
  readonly rawJSON: (source: string) => RawNumber;
  readonly isRawJSON: (value: unknown) => value is RawNumber;
};

export const isRawNumber = (value: unknown): value is RawNumber => rawJson.isRawJSON(value);
