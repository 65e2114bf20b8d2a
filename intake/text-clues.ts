import { isIPv4 } from 'node:net';

/** What prose may hold that other systems know: found by shape, so that it is a hint and no more. */
export interface TextClues {
  readonly ips: readonly string[];
  readonly hashes: readonly string[];
  readonly urls: readonly string[];
  readonly domains: readonly string[];
}

const textCharsMax = 8_192;
const wordsMax = 2_000;
/** Single characters, so that splitting takes one pass whatever a text holds. */
const between = /[\s"'<>()[\]{}|\\^`,;=]+/;
const parts = /[:/@]+/;
const hashLengths: readonly number[] = [32, 40, 64];

export function cluesIn(text: string): TextClues {
  const found = { ips: [], hashes: [], urls: [], domains: [] } as Record<keyof TextClues, string[]>;
  for (const word of refanged(text.slice(0, textCharsMax)).split(between, wordsMax)) {
    if (word.length < wordCharsMin) continue;
    if (word.startsWith('http://') || word.startsWith('https://'))
      found.urls.push(withoutStop(word));
    if (word.includes('.') || word.length >= 32)
      for (const part of word.split(parts))
        if (!isVersion(part, word)) put(withoutStop(part), found);
  }
  return found;
}

/** Browsers call themselves `Chrome/113.0.0.0`. */
const isVersion = (part: string, word: string): boolean =>
  part.endsWith('.0.0.0') && word.endsWith(`/${part}`) && !word.startsWith('http');

const wordCharsMin = 4;

function put(word: string, found: Readonly<Record<keyof TextClues, string[]>>): void {
  if (hashLengths.includes(word.length) && isHex(word)) found.hashes.push(word);
  else if (!word.includes('.')) return;
  else if (isIPv4(word)) found.ips.push(word);
  else if (isName(word) && isPublicName(word)) found.domains.push(word);
}

/** A sentence ends with what an address does not. */
function withoutStop(word: string): string {
  let end = word.length;
  while (end > 0 && '.:!?'.includes(word[end - 1] ?? '')) end -= 1;
  return word.slice(0, end);
}

/** Hexadecimal digits alone; the empty text as well. */
export function isHex(word: string): boolean {
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at) | 32;
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false;
  }
  return true;
}

/** Labels of letters, digits and hyphens with a dot between, the last of letters alone. */
function isName(word: string): boolean {
  const labels = word.split('.');
  const last = labels.at(-1) ?? '';
  return (
    labels.length > 1 &&
    last.length <= 18 &&
    labels.every(
      (label, index) =>
        label !== '' && label.length <= 63 && isLabel(label, index === labels.length - 1),
    )
  );
}

function isLabel(label: string, lettersOnly: boolean): boolean {
  for (let at = 0; at < label.length; at += 1) {
    const code = label.charCodeAt(at) | 32;
    const letter = code >= 97 && code <= 122;
    if (letter) continue;
    if (lettersOnly) return false;
    const own = label.charCodeAt(at);
    if (!((own >= 48 && own <= 57) || own === 45 || own === 95)) return false;
  }
  return true;
}

/** `hxxps://evil[.]example`, as people write what must not be clicked. */
function refanged(text: string): string {
  if (!text.includes('[') && !text.includes('hxxp')) return text;
  return text
    .replaceAll('[.]', '.')
    .replaceAll('(.)', '.')
    .replaceAll('[:]', ':')
    .replaceAll('hxxp', 'http');
}

/**
 * Whether a dotted word ends as names on the internet do. Names of files (`setup.sh`), of classes (`System.Net`) and
 * of versions do too, now and then: two-letter endings that are also those of files are left out.
 */
export function isPublicName(name: string): boolean {
  const dot = name.lastIndexOf('.');
  const end = name.slice(dot + 1).toLowerCase();
  if (fileEndings.has(end)) return false;
  return end.length === 2 || endings.has(end);
}

const fileEndings: ReadonlySet<string> = new Set([
  'js',
  'ts',
  'py',
  'sh',
  'rb',
  'pl',
  'rs',
  'md',
  'so',
  'ps',
  'cs',
  'cc',
  'go',
  'db',
  'gz',
  'vb',
  'am',
  'id',
  'do',
  'py',
  'mm',
  'al',
  'st',
]);

const endings: ReadonlySet<string> = new Set([
  'com',
  'net',
  'org',
  'info',
  'biz',
  'edu',
  'gov',
  'mil',
  'int',
  'arpa',
  'app',
  'dev',
  'cloud',
  'online',
  'site',
  'xyz',
  'top',
  'club',
  'shop',
  'live',
  'world',
  'tech',
  'space',
  'store',
  'website',
  'pro',
  'name',
  'mobi',
  'asia',
  'tel',
  'travel',
  'jobs',
  'cat',
  'coop',
  'museum',
  'aero',
  'icu',
  'vip',
  'work',
  'click',
  'link',
  'win',
  'bid',
  'loan',
  'date',
  'download',
  'stream',
  'review',
  'trade',
  'party',
  'science',
  'racing',
  'cam',
  'fun',
  'buzz',
  'host',
  'press',
  'today',
  'email',
  'network',
  'systems',
  'security',
  'support',
  'services',
  'solutions',
  'agency',
  'digital',
  'media',
  'news',
  'blog',
  'page',
  'wiki',
  'zone',
  'center',
  'company',
  'finance',
  'bank',
  'money',
  'capital',
  'global',
  'group',
  'team',
  'life',
  'health',
  'care',
  'rest',
  'bar',
  'cafe',
  'art',
  'design',
  'studio',
  'games',
  'game',
  'chat',
  'social',
  'example',
  'test',
  'onion',
  'local',
  'internal',
  'domain',
  'lan',
  'corp',
]);
