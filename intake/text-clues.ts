import RE2 from 're2';

/** What prose may hold that other systems know: found by shape, so that it is a hint and no more. */
export interface TextClues {
  readonly ips: readonly string[];
  readonly hashes: readonly string[];
  readonly urls: readonly string[];
  readonly domains: readonly string[];
}

const address = new RE2(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g);
const hash = new RE2(/\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b/g);
const url = new RE2(/\bhttps?:\/\/[^\s"'<>()[\]{}|\\^`]+/g);
const domain = new RE2(/\b(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,18}\b/g);

const textCharsMax = 8_192;
const hashCharsMin = 32;

export function cluesIn(text: string): TextClues {
  const short = refanged(text.slice(0, textCharsMax));
  const dotted = short.includes('.');
  return {
    ips: dotted ? all(short, address) : [],
    hashes: short.length >= hashCharsMin ? all(short, hash) : [],
    urls: short.includes('://')
      ? all(short, url).map((found) => found.replace(/[.,;:]+$/, ''))
      : [],
    domains: dotted ? all(short, domain).filter(isPublicName) : [],
  };
}

const all = (text: string, pattern: RE2): readonly string[] =>
  (text.match(pattern) ?? []).map(String);

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
