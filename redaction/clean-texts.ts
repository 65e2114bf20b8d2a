/**
 * Texts in which nothing was found before, so that they need not be searched again. The alerts of one source repeat most of what they say:
 * names of rules, hosts and processes, tags, links. Nothing that holds a finding is ever kept here.
 */
export interface CleanTexts {
  /** `place`: the name of the field; null for all that add nothing to what they hold. */
  has(text: string, place: string | null): boolean;
  add(text: string, place: string | null): void;
}

export const cleanTextLimits = {
  /** Longer ones are searched anew: each is rarer, and takes the place of many. */
  textChars: 512,
  /** Per generation, of which there are two: some two megabytes together. */
  texts: 4_096,
  generationChars: 524_288,
} as const;

type Generation = Map<string | null, Set<string>>;

/** The older of two generations goes when the newer is full: what is met now and then stays, in constant time and room. */
export function createCleanTexts(): CleanTexts {
  let newer: Generation = new Map();
  let older: Generation = new Map();
  let texts = 0;
  let chars = 0;
  const put = (text: string, place: string | null): void => {
    if (texts >= cleanTextLimits.texts || chars + text.length > cleanTextLimits.generationChars) {
      older = newer;
      newer = new Map();
      texts = 0;
      chars = 0;
    }
    const known = newer.get(place);
    if (known === undefined) newer.set(place, new Set([text]));
    else known.add(text);
    texts += 1;
    chars += text.length;
  };
  return {
    has: (text, place) => {
      if (text.length > cleanTextLimits.textChars) return false;
      if (newer.get(place)?.has(text) === true) return true;
      if (older.get(place)?.has(text) !== true) return false;
      put(ownCopy(text), place);
      return true;
    },
    add: (text, place) => {
      if (text.length <= cleanTextLimits.textChars) put(ownCopy(text), place);
    },
  };
}

/** SECURITY: a slice keeps the whole body that it was cut from in memory, and that may hold secrets. */
function ownCopy(text: string): string {
  const narrow = Buffer.from(text, 'latin1').toString('latin1');
  return narrow === text ? narrow : Buffer.from(text, 'utf16le').toString('utf16le');
}
