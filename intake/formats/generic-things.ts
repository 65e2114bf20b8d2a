import RE2 from 're2';
import type { Actor, Resource } from '../../domain/finding.ts';
import type { Leaf } from '../leaves.ts';
import { actor, actorList, resource, resourceList } from '../observables.ts';
import { saysNothing } from '../view.ts';
import { logonsIn } from './generic-logons.ts';
import { isOfProcess } from './generic-process.ts';
import {
  described,
  indexOf,
  keyed,
  keysOf,
  typed,
  withAddress,
  type Index,
  type Key,
} from './generic-index.ts';
import { actorNames, namingKeys, personKeys, resourceNames } from './generic-entities.ts';

const eachMax = 3;
const resourcesMax = 12;
const actorsMax = 8;

const withKeys = <Names extends { readonly keys: readonly string[] }>(
  all: readonly Names[],
): readonly (Omit<Names, 'keys'> & { readonly keys: readonly Key[] })[] =>
  all.map((names) => ({ ...names, keys: keysOf(names.keys) }));

const resourceKeys = withKeys(resourceNames);
const actorKeys = withKeys(actorNames);

export interface Things {
  readonly resources: readonly Resource[];
  readonly actors: readonly Actor[];
}

/** Whom and what an alert is about, by what keys and objects are called, and by names of cloud resources in its texts. */
export function thingsOf(leaves: readonly Leaf[], account: string, prose: string): Things {
  const index = indexOf(leaves);
  const places: Index = { ...index, holds: (leaf) => !isOfProcess(leaf) };
  const people = new Set(index.byType.get('user'));
  const found = resourceKeys.flatMap(({ type, keys, objects }) =>
    [
      ...keyed(places, keys, isThing),
      ...described(places, objects, namingKeys).filter((name) => !people.has(name)),
      ...typed(index, type),
      ...(type === 'host' ? withAddress(index) : []),
    ]
      .filter(isThing)
      .slice(0, eachMax)
      .map((name) => resource(type, name)),
  );
  const arns = [
    ...leaves.flatMap(({ value }) => arnsIn(value)),
    ...arnsIn(prose),
    ...amazonIdsIn(prose),
  ].slice(0, eachMax);
  const targets = keyed(index, targetKeys, isThing).slice(0, 1);
  const actors = actorKeys.flatMap(({ type, keys, objects }) =>
    [
      ...keyed(index, keys, isThing),
      ...(type === 'user' ? keyed(index, fromKeys, isMail) : []),
      ...described(index, objects, personKeys),
      ...typed(index, type),
    ]
      .filter(isThing)
      .slice(0, type === 'user' ? actorsMax : 1)
      .map((name) => actor(type, name)),
  );
  const mailboxes = found.every(isBeside) ? mailboxesOf(index) : [];
  const left = mailboxes.length === 0 && found.every((item) => item?.type === 'account');
  const resources = resourceList(
    ...arns.map((name) => resource('cloud', name)),
    ...mailboxes,
    ...found.filter((item) => item?.type !== 'account'),
    ...targets.map((name) => resource('host', name)),
    ...found.filter((item) => item?.type === 'account').slice(0, 1),
    resource('account', account),
    ...(left ? leftOf(index) : []),
  );
  return {
    resources: distinctNames(resources).slice(0, resourcesMax),
    actors: actorList(...actors, ...(actors.length === 0 ? logonsIn(leaves) : [])).slice(
      0,
      actorsMax,
    ),
  };
}

/** Whose mail it was, where no machine and no service is named. */
const mailboxesOf = (index: Index): readonly (Resource | null)[] =>
  [...keyed(index, mailboxKeys, isThing), ...keyed(index, toKeys, isMail)]
    .slice(0, 1)
    .map((name) => resource('other', name));

/** Where it came from and who saw it, where nothing is named that it is about. */
const leftOf = (index: Index): readonly (Resource | null)[] =>
  [
    ...[...keyed(index, sourceKeys, isThing), ...sitesOf(index)].slice(0, 1),
    ...keyed(index, watcherKeys, isThing).slice(0, 1),
  ].map((name) => resource('host', name));

/** A file, a path, an account: named beside what an alert is about. */
const isBeside = (item: Resource | null): boolean =>
  item?.type === 'other' || item?.type === 'account';

const targetKeys = keysOf([
  'destip',
  'dstip',
  'destinationip',
  'dst',
  'dest',
  'targetip',
  'dstaddr',
  'dst4addr',
  'daddr',
  'ipv4dstaddr',
  'ipv6dstaddr',
  'serverip',
  'destaddress',
  'idresph',
  'localip',
  'destinationaddress',
  'ipdst',
  'destination',
]);
const sourceKeys = keysOf([
  'srcip',
  'sourceip',
  'src',
  'srcaddr',
  'idorigh',
  'clientip',
  'ipsrc',
  'source',
]);

/** Whose mail it was. */
const mailboxKeys = keysOf([
  'mailbox',
  'recipient',
  'recipients',
  'recipientemailaddress',
  'recipientaddress',
  'toaddress',
  'accountupn',
]);

/** Of a mail; elsewhere these words mean anything. */
const fromKeys = keysOf(['from']);
const toKeys = keysOf(['to']);
const isMail = (text: string): boolean => text.includes('@') && isThing(text);

/** Who saw it, where nothing else is named. */
const watcherKeys = keysOf([
  'logsourcename',
  'sensor',
  'sensorname',
  'probe',
  'probename',
  'collector',
  'observer',
]);

const sentenceWords = 6;
const nameCharsMax = 256;

const nobody: ReadonlySet<string> = new Set(['true', 'false', 'other', 'unknown']);

/** A name or an id, and no sentence, address of a page or plain truth value. */
function isThing(text: string): boolean {
  if (
    text === '' ||
    text.length > nameCharsMax ||
    saysNothing(text) ||
    nobody.has(text.toLowerCase())
  )
    return false;
  if (text.includes('{') || text.startsWith('http')) return false;
  return text.split(' ', sentenceWords + 1).length <= sentenceWords;
}

const arn = new RE2(/\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[^\s"',;)\]}]+/g);
/** Names of what watches, not of what is watched. */
const watchers = new RE2(
  /:(?:detector|product|subscription|ruleset|anomalymonitor|config-rule|alarm|assumed-role)[/:]|:sns:/,
);

/** What a monitor watches is often said by its address alone. */
const siteKeys = keysOf([
  'url',
  'website',
  'site',
  'target',
  'fullurl',
  'checkurl',
  'host',
  'monitorurl',
  'uri',
]);
const sitesOf = (index: Index): readonly string[] =>
  keyed(index, siteKeys, (text) => text.startsWith('http')).map((text) => text.split('/')[2] ?? '');

/** Names that Amazon gives, which stand out in prose. */
const amazonId = new RE2(/\b(?:i|vol|sg|eni|vpc|subnet|ami|snap|igw|rtb|fs)-[0-9a-f]{8,17}\b/g);
const amazonIdsIn = (text: string): readonly string[] =>
  text.includes('-') ? (text.match(amazonId) ?? []).map(String) : [];

function arnsIn(value: unknown): readonly string[] {
  if (typeof value !== 'string' || !value.includes('arn:aws')) return [];
  return (value.match(arn) ?? [])
    .map((found) => String(found).replace(/\.$/, ''))
    .filter((found) => !watchers.test(found));
}

/** A name once, whatever it was called. */
function distinctNames(resources: readonly Resource[]): readonly Resource[] {
  const seen = new Set<string>();
  return resources.filter(({ name }) => !seen.has(name) && seen.add(name));
}
