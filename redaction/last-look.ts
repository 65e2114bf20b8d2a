import { isObject } from '../domain/json.ts';
import { credentialLiterals } from './field-names.ts';
import { parseJson } from './json-text.ts';
import { maskOf } from './kinds.ts';
import { createLiteralScanner } from './literals.ts';
import { createNameCheck, nameLiterals } from './named-secrets.ts';
import { startPass, type Pass } from './pass.ts';
import { compiledRules, digestOfPolicy, type RedactionPolicy } from './policy.ts';
import type { CompiledRule } from './rule.ts';
import { runRule } from './run-rule.ts';
import { createScanner } from './scan.ts';
import { mergeSpans, type Span } from './spans.ts';
import { redactTree } from './walk.ts';
import { plainView } from './views.ts';

/**
 * The last look at JSON that is about to be stored. All of it was redacted where it came in: what is found here is a defect elsewhere, and
 * is masked all the same. Only secrets are looked for, for personal data became tokens; what the engine made itself (digests,
 * signatures, ids, marks) passes byte for byte.
 */
export interface LastLook {
  /**
   * Secrets that a mark of their own tells, anywhere in the bytes: keys with a prefix, PEM blocks, JWTs. And, in what came from outside (`facts`,
   * `incident`), those that the name of their field tells. A fraction of what a redaction costs; nothing is parsed or written anew before
   * something is found.
   */
  quick(json: Uint8Array): Looked | null;
  /** Secrets of any kind, by their field's name too, as every redaction finds them. For what comes from outside, and is small. */
  thorough(json: Uint8Array): Looked | null;
}

/** What was found, and the JSON without it. */
export interface Looked {
  readonly json: Uint8Array;
  readonly kinds: readonly string[];
}

/** Secrets go, all else stays. */
const secretsOnly: RedactionPolicy = { name: 'last-look', kinds: {}, personal: 'keep' };

/** `kept`: kinds of secrets that a policy in force keeps, so that it is no defect where they come by. */
export function createLastLook(kept: ReadonlySet<string> = new Set()): LastLook {
  const secrets = compiledRules().filter((rule) => rule.class === 'secret' && !kept.has(rule.kind));
  const search = createQuickSearch(secrets, createNameCheck(kept));
  const policy: RedactionPolicy = {
    ...secretsOnly,
    kinds: Object.fromEntries([...kept].map((kind) => [kind, 'keep'])),
  };
  const tools = {
    scanner: createScanner(secrets),
    mint: () => maskOf('secret'),
    mintOlder: () => [],
    vaultKeys: null,
    tenant: '',
  };
  const digest = digestOfPolicy(policy);
  const parsed = (
    json: Uint8Array,
    redact: (pass: Pass, value: unknown) => unknown,
  ): Looked | null => {
    const value = parseJson(Buffer.from(json).toString('utf8'));
    if (value === undefined) return null;
    const pass = startPass(tools, policy, digest);
    const clean = redact(pass, value);
    if (clean === value) return null;
    const { counts, bounds } = pass.report();
    const kinds = [...Object.keys(counts), ...bounds.map(({ bound }) => `bound-${bound}`)];
    return { json: Buffer.from(JSON.stringify(clean)), kinds: [...new Set(kinds)] };
  };
  return {
    quick: (json) => {
      const { spans, isNamed, isOverfull } = search(json);
      if (isOverfull) return parsed(json, redactTree);
      const cut = spans.length === 0 ? null : cutOut(json, spans);
      if (!isNamed) return cut;
      const named = parsed(cut?.json ?? json, redactForeign);
      if (named === null || cut === null) return named ?? cut;
      return { json: named.json, kinds: [...new Set([...cut.kinds, ...named.kinds])] };
    },
    thorough: (json) => parsed(json, redactTree),
  };
}

/** What a payload holds of alerts. */
const foreign: ReadonlySet<string> = new Set(['facts', 'incident']);
/** What people or the engine wrote and digests are made of: a name in it is a playbook's or a connector's, and its values are none of ours to change. */
const written: ReadonlySet<string> = new Set(['plan', 'plans', 'call', 'order']);
const partsDepth = 16;

function redactForeign(pass: Pass, value: unknown, depth = 0): unknown {
  if (depth > partsDepth) return value;
  if (Array.isArray(value))
    return unchanged(
      value,
      value.map((item) => redactForeign(pass, item, depth + 1)),
    );
  if (!isObject(value)) return value;
  const names = Object.keys(value);
  const items = names.map((name) => value[name]);
  const after = names.map((name, at) => {
    if (written.has(name)) return items[at];
    return foreign.has(name)
      ? redactTree(pass, items[at])
      : redactForeign(pass, items[at], depth + 1);
  });
  return unchanged(items, after) === items
    ? value
    : Object.fromEntries(names.map((name, at) => [name, after[at]]));
}

/** The list itself where nothing in it changed. */
const unchanged = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.every((item, at) => item === before[at]) ? before : after;

/** Rules whose shape alone tells, by the literals that are worth looking for. */
const toldBy = (rule: CompiledRule): readonly string[] =>
  rule.confidence === 'certain' && rule.near === undefined && rule.context === undefined
    ? rule.literals.filter(isRare)
    : [];

/** Short ones stand in any digest or id, and names of fields in any payload: a rule that is tried each time costs more than the search. */
const isRare = (literal: string): boolean =>
  (literal.length >= rareChars || /[A-Z$]/.test(literal)) && !credentialLiterals.includes(literal);
const rareChars = 4;

interface Found {
  readonly spans: readonly Span[];
  /** True where the name of a field tells a secret, wherever that is. */
  readonly isNamed: boolean;
  /** More places to look at than are counted. */
  readonly isOverfull: boolean;
}

const overflow = 'over-budget';

function createQuickSearch(
  rules: readonly CompiledRule[],
  isNamedSecret: (text: string, end: number) => boolean,
): (json: Uint8Array) => Found {
  const marks = [...new Set(rules.flatMap(toldBy))];
  const literals = [...marks, ...nameLiterals];
  const everywhere = Uint8Array.from(literals, (_, id) => (id < marks.length ? 0 : 1));
  const scanner = createLiteralScanner(literals, everywhere);
  const rulesOf = marks.map((literal) => rules.filter((rule) => toldBy(rule).includes(literal)));
  return (json) => {
    const bytes = withoutEscapes(json);
    const text = bytes.toString('latin1');
    const hits = scanner.scan(text);
    const called = new Set<CompiledRule>();
    let isNamed = false;
    for (let at = 0; at < hits.count; at += 1) {
      const id = hits.ids[at] ?? 0;
      if (id >= marks.length) isNamed ||= isNamedSecret(text, hits.ends[at] ?? 0);
      for (const rule of rulesOf[id] ?? [])
        if (
          hits.longestRun >= (rule.runMin ?? 0) &&
          (rule.also === undefined || text.includes(rule.also))
        )
          called.add(rule);
    }
    return {
      spans: called.size === 0 ? none : spansOf([...called], bytes, text),
      isNamed,
      isOverfull: hits.overflow,
    };
  };
}

const none: readonly Span[] = [];

function spansOf(rules: readonly CompiledRule[], bytes: Buffer, text: string): readonly Span[] {
  const spans: Span[] = [];
  const target = {
    view: plainView(text),
    bytes,
    field: '',
    original: text,
    believed: new Set<string>(),
    add: (start: number, end: number, what: Omit<Span, 'start' | 'end'>): void =>
      void spans.push({ ...what, start, end }),
  };
  const whole: Span = {
    start: 0,
    end: text.length,
    kind: overflow,
    class: 'secret',
    rule: overflow,
  };
  return rules.every((rule) => runRule(rule, target)) ? mergeSpans(spans) : [whole];
}

const backslash = 0x5c;
const blank = 0x20;
const letterU = 0x75;

/** Each escape becomes blanks, so that what stands behind one begins where a word does. Offsets stay; without escapes nothing is copied. */
function withoutEscapes(json: Uint8Array): Buffer {
  const given = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  let at = given.indexOf(backslash);
  if (at === -1) return given;
  const bytes = Buffer.from(given);
  for (; at !== -1; at = given.indexOf(backslash, at)) {
    const size = given[at + 1] === letterU ? 6 : 2;
    bytes.fill(blank, at, at + size);
    at += size;
  }
  return bytes;
}

/** Marks in place of the spans; should what is left be no JSON, nothing of it is. */
function cutOut(json: Uint8Array, spans: readonly Span[]): Looked {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const span of spans) {
    parts.push(json.subarray(at, span.start), Buffer.from(maskOf(span.kind)));
    at = span.end;
  }
  parts.push(json.subarray(at));
  const cut = Buffer.concat(parts);
  const kinds = [...new Set(spans.map(({ kind }) => kind))];
  return parseJson(cut.toString('utf8')) === undefined
    ? { json: Buffer.from(JSON.stringify(maskOf(overflow))), kinds }
    : { json: cut, kinds };
}
