import { hash } from 'node:crypto';
import { canonicalJson, idOf } from '../domain/digest.ts';
import { findingLimits, type Finding, type FindingStatus } from '../domain/finding.ts';
import { asJson, isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Draft } from './draft.ts';
import { intakeLimits } from './limits.ts';

export interface FilingPlace {
  readonly tenant: string;
  readonly source: string;
}

/** Bounds and names a redacted draft. Cutting comes after redaction, so that no half of a secret escapes its pattern. */
export function toFinding(given: Draft, place: FilingPlace): Finding {
  const uid = given.uid === '' ? deriveUid(given) : cut(given.uid, findingLimits.uidChars);
  const notes: string[] = [...given.notes];
  if (given.severityId === 0 && given.severitySource !== null) notes.push('severity-unknown');
  const unmapped = bounded(given.unmapped, findingLimits.unmappedBytes);
  if (unmapped.cut) notes.push('unmapped-cut');
  const finding: Finding = {
    ...boundedParts(given),
    schema: 1,
    id: findingId(place, { format: given.format, uid, status: given.status, time: given.time }),
    tenant: place.tenant,
    source: place.source,
    format: given.format,
    kind: given.kind,
    uid,
    time: given.time,
    timeBasis: given.time === null ? 'received' : 'event',
    severityId: given.severityId,
    status: given.status,
    notes: notes.slice(0, findingLimits.notes),
    unmapped: unmapped.value,
  };
  return withinBytes(finding, unmapped.bytes);
}

export interface FindingIdentity {
  readonly format: string;
  readonly uid: string;
  readonly status: FindingStatus;
  readonly time: string | null;
}

export function findingId(place: FilingPlace, identity: FindingIdentity): string {
  return idOf('fnd', 'sallyport/finding/v1', [
    place.tenant,
    place.source,
    identity.format,
    identity.uid,
    identity.status,
    identity.time,
  ]);
}

/** Begins the uid of a finding whose sender gave none. */
export const derivedUid = 'derived:';

/** From what the alert says, since its sender names it nowhere: the same alert again has the same one. */
function deriveUid(given: Draft): string {
  const { notes: _, ...said } = given;
  return `${derivedUid}${hash('sha256', canonicalJson(asJson(said)), 'hex').slice(0, 40)}`;
}

type Parts = Pick<
  Finding,
  | 'title'
  | 'description'
  | 'severitySource'
  | 'product'
  | 'analytic'
  | 'resources'
  | 'actors'
  | 'observables'
  | 'attacks'
  | 'compliance'
  | 'remediation'
  | 'link'
>;

function boundedParts(given: Draft): Parts {
  const { textChars } = findingLimits;
  const text = (value: string): string => cut(value, textChars);
  return {
    title: cut(given.title.replaceAll('\n', ' '), findingLimits.titleChars),
    description: cut(given.description, findingLimits.descriptionChars),
    severitySource:
      given.severitySource === null
        ? null
        : { path: text(given.severitySource.path), value: text(given.severitySource.value) },
    product: text(given.product),
    analytic:
      given.analytic === null
        ? null
        : { uid: text(given.analytic.uid), name: text(given.analytic.name) },
    resources: given.resources
      .slice(0, findingLimits.resources)
      .map((item) => eachText(item, text)),
    actors: given.actors.slice(0, findingLimits.actors).map((item) => eachText(item, text)),
    observables: given.observables
      .slice(0, findingLimits.observables)
      .map((item) => eachText(item, text)),
    attacks: given.attacks.slice(0, findingLimits.attacks).map(text),
    compliance: given.compliance === null ? null : eachText(given.compliance, text),
    remediation: given.remediation === null ? null : eachText(given.remediation, text),
    // Only what a browser may be sent to: never `javascript:` or a file.
    link:
      given.link.startsWith('https://') || given.link.startsWith('http://') ? text(given.link) : '',
  };
}

function eachText<Item extends object>(item: Item, change: (text: string) => string): Item {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      typeof value === 'string' ? change(value) : value,
    ]),
  ) as Item;
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1).toWellFormed()}…`;
}

interface Bounded {
  readonly value: JsonObject;
  readonly cut: boolean;
  /** At least as many as it prints in. */
  readonly bytes: number;
}

/** A copy that prints within `bytesMax`: long text is cut, and what comes after the budget is left out. */
function bounded(value: JsonObject, bytesMax: number): Bounded {
  const budget = { left: bytesMax - 2, cut: false };
  const copy = boundedValue(value, budget);
  return { value: isObject(copy) ? copy : {}, cut: budget.cut, bytes: bytesMax - budget.left };
}

interface Budget {
  left: number;
  cut: boolean;
}

function boundedValue(value: Json, budget: Budget): Json {
  if (typeof value === 'string') return boundedText(value, budget);
  if (value === null || typeof value !== 'object') {
    budget.left -= String(value).length + 1;
    return value;
  }
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const item of value as readonly Json[]) {
      if (!spend(budget, 3)) break;
      items.push(boundedValue(item, budget));
    }
    return items;
  }
  const copy: { [key: string]: Json } = {};
  for (const [key, item] of Object.entries(value)) {
    if (key.length > findingLimits.textChars || !spend(budget, printedBytes(key) + 4)) {
      budget.cut = true;
      continue;
    }
    copy[key] = boundedValue(item, budget);
  }
  return copy;
}

function spend(budget: Budget, bytes: number): boolean {
  if (budget.left < bytes) {
    budget.cut = true;
    return false;
  }
  budget.left -= bytes;
  return true;
}

const keptTextChars = intakeLimits.headBytes;

function boundedText(text: string, budget: Budget): string {
  const short = cut(text, Math.max(1, Math.min(keptTextChars, budget.left)));
  const bytes = printedBytes(short);
  if (bytes > budget.left) {
    budget.cut = true;
    return '…';
  }
  budget.left -= bytes;
  if (short !== text) budget.cut = true;
  return short;
}

/** How many bytes a text has as JSON; most are plain, and need not be printed to know it. */
function printedBytes(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || code > 126 || code === 34 || code === 92)
      return Buffer.byteLength(JSON.stringify(text));
  }
  return text.length + 2;
}

/** The parts are bounded one by one; together they may still be too much. What is long goes first, names last. */
function withinBytes(finding: Finding, unmappedBytes: number): Finding {
  const rest = Buffer.byteLength(JSON.stringify({ ...finding, unmapped: null }));
  if (rest + unmappedBytes <= findingLimits.findingBytes) return finding;
  if (Buffer.byteLength(JSON.stringify(finding)) <= findingLimits.findingBytes) return finding;
  const notes = [...finding.notes, 'cut-to-size'].slice(-findingLimits.notes);
  const bare: Finding = { ...finding, notes, unmapped: {} };
  if (Buffer.byteLength(JSON.stringify(bare)) <= findingLimits.findingBytes) return bare;
  const few = 10;
  return {
    ...bare,
    description: cut(bare.description, findingLimits.textChars),
    observables: bare.observables.slice(0, few),
    resources: bare.resources.slice(0, few),
  };
}
