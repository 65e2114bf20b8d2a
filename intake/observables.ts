import { isIP } from 'node:net';
import RE2 from 're2';
import type { Actor, Observable, Resource } from '../domain/finding.ts';
import { isObject, type Json } from '../domain/json.ts';
import type { Leaf } from './leaves.ts';
import { cluesIn, isHex } from './text-clues.ts';

type Kind = Observable['type'];
type Role = Observable['role'];

const hashLengths: readonly number[] = [32, 40, 56, 64, 96, 128];

/** Collects typed values, each once, in the order in which they were added; a value of the wrong shape is left out. */
export class ObservableList {
  readonly #seen = new Map<string, Observable>();

  add(type: Kind, role: Role, ...values: readonly string[]): this {
    for (const raw of values) {
      const value = raw.trim();
      if (value === '' || !shaped(type, value)) continue;
      const key = `${type}\0${value}`;
      if (!this.#seen.has(key)) this.#seen.set(key, { type, value, role });
    }
    return this;
  }

  /** Addresses, hashes, URLs and domains that stand in prose. */
  addFromText(...texts: readonly string[]): this {
    for (const text of texts) {
      const clues = cluesIn(text);
      this.add('ip', 'artifact', ...clues.ips);
      this.add('hash', 'artifact', ...clues.hashes);
      this.add('url', 'artifact', ...clues.urls);
      this.add('domain', 'artifact', ...clues.domains);
    }
    return this;
  }

  /** The same for leaves, with what stands in their prose: first what is sure, then links and domains. */
  addFromLeaves(leaves: readonly Leaf[]): this {
    const later: (readonly [Kind, string])[] = [];
    for (const { key, pair, value } of leaves) {
      if (typeof value !== 'string' || value.length > valueCharsMax) continue;
      const address = addressIn(value);
      const kind = address === '' ? kindOfLeaf(key, pair) : 'ip';
      if (kind === 'ip') this.add(kind, 'artifact', address);
      else if (kind === 'hash') this.add(kind, 'artifact', value);
      else if (kind === null && hashByShape(key, value)) this.add('hash', 'artifact', value);
      else if (kind !== null || value.startsWith('http')) later.push([kind ?? 'url', value]);
      if (proseKeys.has(key) || value.includes(' ')) {
        const clues = cluesIn(value);
        this.add('ip', 'artifact', ...clues.ips);
        this.add('hash', 'artifact', ...clues.hashes);
        if (proseKeys.has(key)) {
          for (const url of clues.urls) later.push(['url', url]);
          for (const domain of clues.domains) later.push(['domain', domain]);
        }
      }
    }
    for (const [kind, value] of later)
      if (!value.includes('{')) this.add(kind, 'artifact', withoutRoot(kind, value));
    return this;
  }

  /** Everything in `value` whose key says what it is: see `kindOfKey`. */
  addFromTree(value: Json, bounds: { readonly leavesMax: number } = { leavesMax: 2_000 }): this {
    const left = { leaves: bounds.leavesMax };
    this.#walk('', value, left);
    return this;
  }

  list(): readonly Observable[] {
    return [...this.#seen.values()];
  }

  #walk(key: string, value: Json, left: { leaves: number }): void {
    if (left.leaves <= 0) return;
    if (Array.isArray(value)) {
      for (const item of value as readonly Json[]) this.#walk(key, item, left);
    } else if (isObject(value)) {
      for (const [name, item] of Object.entries(value)) this.#walk(name, item, left);
    } else if (typeof value === 'string' && value.length > 0 && value.length <= valueCharsMax) {
      left.leaves -= 1;
      if (isIP(value) !== 0) this.add('ip', 'artifact', value);
      else {
        const kind = kindOfKey(key);
        if (kind !== null) this.add(kind, 'artifact', value);
      }
    }
  }
}

/** No address is longer, and each has a sign that few other texts have: asking costs more than looking. */
const mayBeIp = (value: string): boolean =>
  value.length <= ipCharsMax && (value.includes('.') || value.includes(':'));
const ipCharsMin = 3;
const ipCharsMax = 64;

/** An address alone or with a port, `192.0.2.7:443` and `[2001:db8::7]:443`; '' where it is none. */
function addressIn(value: string): string {
  if (!mayBeIp(value)) return '';
  if (isIP(value) !== 0) return value;
  const colon = value.lastIndexOf(':');
  if (colon < ipCharsMin || !/^\d{1,5}$/.test(value.slice(colon + 1))) return '';
  const before = value.slice(0, colon);
  const bare = before.startsWith('[') && before.endsWith(']') ? before.slice(1, -1) : before;
  return isIP(bare) === (bare === before ? 4 : 6) ? bare : '';
}

/** A name as questions have it ends in the dot of the root. */
const withoutRoot = (kind: Kind, value: string): string =>
  kind === 'domain' && value.endsWith('.') ? value.slice(0, -1) : value;

const valueCharsMax = 2_048;

function shaped(type: Kind, value: string): boolean {
  if (type === 'ip') return isIP(value) !== 0 && value !== '0.0.0.0' && value !== '::';
  if (type === 'hash') return hashLengths.includes(value.length) && isHex(value) && !isZeros(value);
  if (type === 'url') return value.startsWith('http://') || value.startsWith('https://');
  if (type === 'domain')
    return value.includes('.') && !/[\s/=?&%]/.test(value) && isIP(value) === 0;
  return value.length <= valueCharsMax;
}

const proseKeys: ReadonlySet<string> = new Set([
  'message',
  'msg',
  'description',
  'desc',
  'details',
  'detail',
  'sub',
  'summary',
  'text',
  'pattern',
  'request',
  'query',
  'ioc',
  'indicator',
  'note',
  'body',
  'reason',
  'output',
]);
/** Keys whose hexadecimal values are ids, not sums of files. */
const idKey = new RE2(
  /id$|uuid|guid|key|token|commit|sha$|etag|signature|fingerprint|digest|revision|version|^ref$|^after$|^before$/,
);

const hashByShape = (key: string, value: string): boolean =>
  hashLengths.includes(value.length) && isHex(value) && !idKey.test(key);

const isZeros = (value: string): boolean => value.replaceAll('0', '') === '';

/** Names that somebody asked for or spoke to: in questions to a DNS, in requests of HTTP and in greetings of TLS. */
const askedPairs: ReadonlySet<string> = new Set([
  'question.name',
  'questions.name',
  'dns.name',
  'dns.question',
  'dns.rrname',
  'http.host',
  'http.hostname',
  'httpmessage.host',
  'httprequest.host',
  'request.host',
  'tls.servername',
]);
const askedKeys: ReadonlySet<string> = new Set([
  'dnsquery',
  'dnsqueryname',
  'dnsquestion',
  'dnsquestionname',
  'dnsrequest',
  'httphost',
  'qname',
  'queryname',
  'questionname',
  'rrname',
  'sni',
]);

/** Senders use few keys again and again; the bounds keep a hostile one from filling memory. */
const knownKinds = new Map<string, Kind | null>();
const knownKindsMax = 8_000;
const knownPairCharsMax = 96;

function kindOfLeaf(key: string, pair: string): Kind | null {
  const known = knownKinds.get(pair);
  if (known !== undefined) return known;
  const kind = askedKeys.has(key) || askedPairs.has(pair) ? 'domain' : kindOfKey(key);
  if (knownKinds.size < knownKindsMax && pair.length <= knownPairCharsMax)
    knownKinds.set(pair, kind);
  return kind;
}

/** Names of keys that state the type of their value. */
function kindOfKey(key: string): Kind | null {
  const name = key.toLowerCase();
  if (
    name.includes('sha256') ||
    name.includes('sha1') ||
    name.includes('md5') ||
    name.includes('hash')
  )
    return 'hash';
  if (name.endsWith('url') || name.endsWith('uri') || name === 'link') return 'url';
  if (name.includes('domain') || name.includes('fqdn') || name === 'query') return 'domain';
  return null;
}

/** A resource per distinct name or id; empty ones are left out. */
export function resourceList(...candidates: readonly (Resource | null)[]): readonly Resource[] {
  const seen = new Map<string, Resource>();
  for (const item of candidates) {
    if (item === null || (item.uid === '' && item.name === '')) continue;
    const whole = {
      ...item,
      uid: item.uid === '' ? item.name : item.uid,
      name: item.name === '' ? item.uid : item.name,
    };
    const key = `${whole.type}\0${whole.uid}\0${whole.name}`;
    if (!seen.has(key)) seen.set(key, whole);
  }
  return [...seen.values()];
}

export function resource(type: Resource['type'], name: string, uid = ''): Resource | null {
  return name === '' && uid === '' ? null : { type, uid, name };
}

export function actorList(...candidates: readonly (Actor | null)[]): readonly Actor[] {
  const seen = new Map<string, Actor>();
  for (const item of candidates) {
    if (item === null || item.name === '') continue;
    const key = `${item.type}\0${item.name}`;
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

export function actor(type: Actor['type'], name: string, uid = ''): Actor | null {
  const shown = name === '' ? uid : name;
  if (shown === '') return null;
  return uid === '' || uid === shown ? { type, name: shown } : { type, name: shown, uid };
}
