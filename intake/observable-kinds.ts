import { isIP } from 'node:net';
import RE2 from 're2';
import type { Observable } from '../domain/finding.ts';
import { isHex, isPublicName } from './text-clues.ts';

export type ObservableKind = Observable['type'];

/** A longer value is no name, address or hash. */
export const observableCharsMax = 2_048;

const hashLengths: readonly number[] = [32, 40, 56, 64, 96, 128];

/** Whether a value looks like what it is said to be. */
export function shaped(type: ObservableKind, value: string): boolean {
  if (type === 'ip') return isIP(value) !== 0 && value !== '0.0.0.0' && value !== '::';
  if (type === 'hash') return hashLengths.includes(value.length) && isHex(value) && !isZeros(value);
  if (type === 'url')
    return value.startsWith('http://') || value.startsWith('https://') || isBareUrl(value);
  if (type === 'domain')
    return value.includes('.') && !/[\s/=?&%]/.test(value) && isIP(value) === 0;
  return value.length <= observableCharsMax;
}

/** A key that says URL, and no more than the name of a host in it. */
export const isHostOfUrl = (kind: ObservableKind, value: string): boolean =>
  kind === 'url' && bareHost.test(value) && isPublicName(value);

/** `secure.example.org/setup.zip`, as proxies write what was asked for. */
function isBareUrl(value: string): boolean {
  const slash = value.indexOf('/');
  return slash > 0 && bareHost.test(value.slice(0, slash)) && isPublicName(value.slice(0, slash));
}

const bareHost = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;

/** No address is longer, and each has a sign that few other texts have: asking costs more than looking. */
const mayBeIp = (value: string): boolean =>
  value.length <= ipCharsMax && (value.includes('.') || value.includes(':'));
const ipCharsMin = 3;
const ipCharsMax = 64;

/**
 * An address alone, with a port (`192.0.2.7:443`, `[2001:db8::7]:443`) or with the length of its network
 * (`192.0.2.7/24`, whose own address `192.0.2.0/24` would not be one); '' where it is none.
 */
export function addressIn(value: string): string {
  if (!mayBeIp(value)) return '';
  if (isIP(value) !== 0) return value;
  const slash = value.lastIndexOf('/');
  if (slash > 0) {
    const address = value.slice(0, slash);
    return /^\d{1,3}$/.test(value.slice(slash + 1)) &&
      isIP(address) !== 0 &&
      !isNetwork.test(address)
      ? address
      : '';
  }
  const colon = value.lastIndexOf(':');
  if (colon < ipCharsMin || !/^\d{1,5}$/.test(value.slice(colon + 1))) return '';
  const before = value.slice(0, colon);
  const bare = before.startsWith('[') && before.endsWith(']') ? before.slice(1, -1) : before;
  return isIP(bare) === (bare === before ? 4 : 6) ? bare : '';
}

const isNetwork = /(?:\.0|::)$/;

/** A name as questions have it ends in the dot of the root. */
export const withoutRoot = (kind: ObservableKind, value: string): string =>
  kind === 'domain' && value.endsWith('.') ? value.slice(0, -1) : value;

/** Keys whose hexadecimal values are ids, not sums of files. */
const idKey = new RE2(
  /id$|uuid|guid|key|token|commit|sha$|etag|signature|fingerprint|digest|revision|version|^ref$|^after$|^before$/,
);

/** Whether a value looks like a sum of a file, though its key does not say so. */
export const hashByShape = (key: string, value: string): boolean =>
  hashLengths.includes(value.length) && isHex(value) && !idKey.test(key);

const isZeros = (value: string): boolean => value.replaceAll('0', '') === '';

/** Names that somebody asked for or spoke to: in questions to a DNS, in requests of HTTP and in greetings of TLS. */
const askedPairs: ReadonlySet<string> = new Set([
  'answers.data',
  'answers.name',
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
  'clientrequesthost',
  'requesthost',
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
const knownKinds = new Map<string, ObservableKind | null>();
const knownKindsMax = 8_000;
const knownPairCharsMax = 96;

/** What the key of a leaf says of its value; null where that is nothing. */
export function kindOfLeaf(key: string, pair: string): ObservableKind | null {
  const known = knownKinds.get(pair);
  if (known !== undefined) return known;
  const kind = askedKeys.has(key) || askedPairs.has(pair) ? 'domain' : kindOfKey(key);
  if (knownKinds.size < knownKindsMax && pair.length <= knownPairCharsMax)
    knownKinds.set(pair, kind);
  return kind;
}

/** Names of keys that state the type of their value. */
export function kindOfKey(key: string): ObservableKind | null {
  const name = key.toLowerCase();
  if (
    name.includes('sha256') ||
    name.includes('sha1') ||
    name.includes('md5') ||
    name.includes('hash')
  )
    return 'hash';
  if (name.endsWith('url') || name.endsWith('uri') || name === 'link') return 'url';
  if (name.endsWith('dns') || name.endsWith('hostreverse')) return 'domain';
  if (name.includes('domain') || name.includes('fqdn') || name === 'query') return 'domain';
  return null;
}
