import { parseArgs } from 'node:util';
import { SallyportError } from '../domain/errors.ts';

/** Declared flags of a verb: `text` takes a value, `texts` may be repeated, `switch` stands alone. */
export type FlagKinds = Readonly<Record<string, 'text' | 'texts' | 'switch'>>;

export interface Flags {
  readonly words: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  has(name: string): boolean;
  /** The flag's value, or a usage error that names it. */
  need(name: string): string;
  /** The word at that place, or a usage error that says what is missing. */
  word(index: number, what: string): string;
}

/** Reads a command line strictly: an unknown flag is an error (`REQUEST_INVALID`), never ignored. `--json` always exists. */
export function readFlags(args: readonly string[], kinds: FlagKinds): Flags {
  const { values, positionals } = parse(args, { json: 'switch', ...kinds });
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    words: positionals,
    text,
    texts: (name) => {
      const value = values[name];
      return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
    },
    has: (name) => values[name] === true,
    need: (name) => text(name) ?? usage(`--${name} is missing`),
    word: (index, what) => positionals[index] ?? usage(`${what} is missing`),
  };
}

export function usage(detail: string): never {
  throw new SallyportError('REQUEST_INVALID', detail);
}

function parse(args: readonly string[], kinds: FlagKinds): ReturnType<typeof parseArgs> {
  const options = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      {
        type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: kind === 'texts',
      },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    return usage(error instanceof Error ? error.message : 'the command line cannot be read');
  }
}
