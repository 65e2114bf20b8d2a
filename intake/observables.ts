import { isIP } from 'node:net';
import type { Actor, Observable, Resource } from '../domain/finding.ts';
import { isObject, type Json } from '../domain/json.ts';
import type { Leaf } from './leaves.ts';
import {
  addressIn,
  hashByShape,
  isHostOfUrl,
  kindOfKey,
  kindOfLeaf,
  observableCharsMax,
  shaped,
  withoutRoot,
  type ObservableKind,
} from './observable-kinds.ts';
import { cluesIn } from './text-clues.ts';

type Role = Observable['role'];

/** Collects typed values, each once, in the order in which they were added; a value of the wrong shape is left out. */
export class ObservableList {
  readonly #seen = new Map<string, Observable>();

  add(type: ObservableKind, role: Role, ...values: readonly string[]): this {
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
    const later: (readonly [ObservableKind, string])[] = [];
    for (const { key, pair, value } of leaves) {
      if (typeof value !== 'string' || value.length > observableCharsMax) continue;
      const address = addressIn(value);
      const kind = address === '' ? kindOfLeaf(key, pair) : 'ip';
      if (kind === 'ip') this.add(kind, 'artifact', address);
      else if (kind === 'hash') this.add(kind, 'artifact', value);
      else if (kind === null && hashByShape(key, value)) this.add('hash', 'artifact', value);
      else if (kind !== null || value.startsWith('http')) later.push([kind ?? 'url', value]);
      if (proseKeys.has(key) || value.includes(' ') || value.includes(','))
        later.push(...this.#addClues(value, proseKeys.has(key)));
    }
    for (const [kind, value] of later)
      if (!value.includes('{'))
        this.add(isHostOfUrl(kind, value) ? 'domain' : kind, 'artifact', withoutRoot(kind, value));
    return this;
  }

  /** Adds what is sure; answers with the rest, which only prose is asked for. */
  #addClues(text: string, isProse: boolean): readonly (readonly [ObservableKind, string])[] {
    const { ips, hashes, urls, domains } = cluesIn(text);
    this.add('ip', 'artifact', ...ips);
    this.add('hash', 'artifact', ...hashes);
    if (!isProse) return [];
    return [
      ...urls.map((url) => ['url', url] as const),
      ...domains.map((domain) => ['domain', domain] as const),
    ];
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
    } else if (
      typeof value === 'string' &&
      value.length > 0 &&
      value.length <= observableCharsMax
    ) {
      left.leaves -= 1;
      if (isIP(value) !== 0) this.add('ip', 'artifact', value);
      else {
        const kind = kindOfKey(key);
        if (kind !== null) this.add(kind, 'artifact', value);
      }
    }
  }
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
