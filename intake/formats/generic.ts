import { hash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { asText } from '../fields.ts';
import { leavesOf, type Leaf } from '../leaves.ts';
import { severityOfWord } from '../severity.ts';
import { ObservableList } from '../observables.ts';
import { timeOf, uidOf } from './generic-identity.ts';
import { itemsOf } from './generic-items.ts';
import { kindOf } from './generic-kind.ts';
import { genericNames as names, type Names } from './generic-names.ts';
import { productOf } from './generic-product.ts';
import { isOfAlert, ranked, type Ranked } from './generic-rank.ts';
import { gradeOf } from './generic-severity.ts';
import { isOpaque } from './opaque-text.ts';
import { stateOf } from './generic-status.ts';
import { thingsOf } from './generic-things.ts';

/**
 * Any JSON object, CloudEvents among them: reads what keys are usually called, ranked by how sure a name is and where
 * it stands. It promises no more than a title; `confidence` among its notes says how much of the rest it found, and
 * all of the alert is in `unmapped`.
 */
export const generic: FormatReader = {
  name: 'generic',
  recognises: () => true,
  read: (value, envelope) =>
    itemsOf(value).flatMap(({ shown, raw }) => {
      const found = read(shown, raw, envelope);
      return found === null ? [] : [found];
    }),
};

function read(shown: JsonObject, raw: JsonObject, envelope: Envelope): Draft | null {
  const leaves = leavesOf(shown);
  const head = headOf(leaves);
  const said = surest(leaves, names.prose, (text) => text.length >= 8);
  const rule = surest(leaves, names.rule, isShort);
  const product = productOf(leaves, envelope.product);
  const named =
    titleOf(head, said) ||
    (isCloudEvent(shown) ? asText(shown['type']) : envelope.type) ||
    (product === '' ? '' : `${product} alert ${rule}`.trim()) ||
    classOf(leaves);
  const { resources, actors } = thingsOf(leaves, envelope.account, `${named}\n${said}`);
  const observables = new ObservableList().addFromLeaves(leaves).addFromText(named, said).list();
  const title = named || namedAfter(resources, actors, observables);
  if (title === '') return null;
  const own = uidOf(leaves);
  const stated = own.text || envelope.uid;
  const isSure = own.text === '' ? stated !== '' : own.sure;
  const thing = resources[0]?.name ?? '';
  const time = timeOf(leaves) ?? envelope.time;
  const severity = gradeOf(leaves);
  const sure = [title, stated, time, product, resources[0], severity.severitySource];
  const found = draft({
    format: 'generic',
    kind: kindOf(leaves, headline(head, said)),
    uid: isSure ? stated : namedByContent(stated ? [stated] : [rule || title, thing], raw),
    title,
    description: said,
    time,
    ...severity,
    status: stateOf(leaves),
    product,
    analytic: rule === '' ? null : { uid: rule, name: rule },
    resources,
    actors,
    observables,
    link: surest(leaves, names.link, (text) => text.startsWith('http')),
    notes: [`confidence-${sure.filter(Boolean).length}-of-${sure.length}`],
    unmapped: raw,
  });
  return isCloudEvent(shown) ? asCloudEvent(found, shown) : found;
}

/** What may be its title, the surest first. */
const headOf = (leaves: readonly Leaf[]): readonly Ranked[] =>
  [
    ...ranked(leaves, names.phrase, { fits: isPhrase }),
    ...ranked(leaves, names.title, { fits: isHeadline }),
  ].toSorted((one, other) => other.rank - one.rank);

const isPhrase = (text: string, leaf: Leaf): boolean =>
  text.includes(' ') && isHeadline(text) && isOfAlert(leaf);

const surest = (leaves: readonly Leaf[], called: Names, fits: (text: string) => boolean): string =>
  ranked(leaves, called, { fits })[0]?.text ?? '';

/** What it says of its own kind, by whatever word: better than nothing at all. */
const classOf = (leaves: readonly Leaf[]): string =>
  asText(
    leaves.find(
      ({ key, value, parts }) =>
        parts.length === 1 &&
        /type|kind|class|categor|action|operation/.test(key) &&
        typeof value === 'string' &&
        isHeadline(value),
    )?.value,
  ).slice(0, titleCharsMax);

/** What says nothing of itself at all is called after what it is about. */
function namedAfter(
  ...things: readonly (readonly Partial<Record<'name' | 'value', string>>[])[]
): string {
  const [first] = things.flat();
  const thing = first?.name ?? first?.value ?? '';
  return thing === '' ? '' : `Alert about ${thing}`.slice(0, titleCharsMax);
}

const isCloudEvent = (shown: JsonObject): boolean =>
  typeof shown['specversion'] === 'string' && typeof shown['type'] === 'string';

/** The event's own attributes say who sent it and which it is; of a state they say nothing. */
const asCloudEvent = (found: Draft, shown: JsonObject): Draft => ({
  ...found,
  format: 'cloudevents',
  kind: 'operational',
  uid: asText(shown['id']),
  status: 'unknown',
  product: `CloudEvents ${asText(shown['source'])}`.trim(),
});

const titleCharsMax = 120;
const saidCharsMax = 130;

/** A name that says little gets what is said at length after it. */
function titleOf(head: readonly Ranked[], said: string): string {
  const [first] = head;
  if (first === undefined) return said.slice(0, saidCharsMax);
  const main = first.text.slice(0, titleCharsMax);
  const second =
    head.find(({ text, leaf }) => leaf.key !== first.leaf.key && !main.includes(text))?.text ?? '';
  const more = said !== '' && !said.includes(main) && !main.includes(said) ? said : second;
  if (more === '' || first.text.length > titleCharsMax)
    return main === '' ? said : withSaid(main, said);
  return `${main}: ${more.slice(0, saidCharsMax)}`;
}

const withSaid = (main: string, said: string): string =>
  said.includes(main) ? said.slice(0, titleCharsMax + saidCharsMax) : main;

const headline = (head: readonly Ranked[], said: string): string =>
  `${head
    .slice(0, 5)
    .map(({ text }) => text.slice(0, titleCharsMax))
    .join('\n')}\n${said.slice(0, 400)}`;

const isHeadline = (text: string): boolean =>
  text.length >= 3 &&
  text.length <= 400 &&
  (text.length > gradeCharsMax || severityOfWord(text) === 0) &&
  !isOpaque(text) &&
  (text.includes(' ') || text.split('/').length <= 5);

/** No word of a grade is longer. */
const gradeCharsMax = 16;

const isShort = (text: string): boolean => text.length <= 200;

/** Without an id that is surely its own: what identifies it to a reader, and a hash, so that two alerts that differ stay two. */
function namedByContent(parts: readonly string[], raw: JsonObject): string {
  const digest = hash('sha256', JSON.stringify(raw), 'hex').slice(0, 16);
  const named = parts.filter((part) => part !== '').map((part) => part.slice(0, namedCharsMax));
  return [...named, digest].join('/');
}

const namedCharsMax = 240;
