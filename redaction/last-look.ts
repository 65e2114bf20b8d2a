import { credentialLiterals } from './field-names.ts';
import { parseJson } from './json-text.ts';
import { maskOf } from './kinds.ts';
import { createLiteralScanner } from './literals.ts';
import { startPass } from './pass.ts';
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
   * Secrets that a mark of their own tells, anywhere in the bytes: keys with a prefix, PEM blocks, JWTs. A fraction of what a redaction costs, and
   * nothing is parsed or written anew.
   */
  byShape(json: Uint8Array): Looked | null;
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

export function createLastLook(): LastLook {
  const secrets = compiledRules().filter((rule) => rule.class === 'secret');
  const findByShape = createShapeSearch(secrets);
  const tools = {
    scanner: createScanner(secrets),
    mint: () => maskOf('secret'),
    mintOlder: () => [],
    vaultKeys: null,
    tenant: '',
  };
  const digest = digestOfPolicy(secretsOnly);
  return {
    byShape: (json) => {
      const spans = findByShape(json);
      return spans.length === 0 ? null : cutOut(json, spans);
    },
    thorough: (json) => {
      const value = parseJson(Buffer.from(json).toString('utf8'));
      if (value === undefined) return null;
      const pass = startPass(tools, secretsOnly, digest);
      const clean = redactTree(pass, value);
      const { counts, bounds } = pass.report();
      if (clean === value) return null;
      const kinds = [...Object.keys(counts), ...bounds.map(({ bound }) => `bound-${bound}`)];
      return { json: Buffer.from(JSON.stringify(clean)), kinds: [...new Set(kinds)] };
    },
  };
}

/** Rules whose shape alone tells, by the literals that are worth looking for. */
const toldBy = (rule: CompiledRule): readonly string[] =>
  rule.confidence === 'certain' && rule.near === undefined && rule.context === undefined
    ? rule.literals.filter(isRare)
    : [];

/** Short ones stand in any digest or id, and names of fields in any payload: a rule that is tried each time costs more than the search. */
const isRare = (literal: string): boolean =>
  (literal.length >= rareChars || /[A-Z$]/.test(literal)) && !credentialLiterals.includes(literal);
const rareChars = 4;

type ShapeSearch = (json: Uint8Array) => readonly Span[];

const overflow = 'over-budget';

function createShapeSearch(rules: readonly CompiledRule[]): ShapeSearch {
  const literals = [...new Set(rules.flatMap(toldBy))];
  const scanner = createLiteralScanner(literals, new Uint8Array(literals.length));
  const rulesOf = literals.map((literal) => rules.filter((rule) => toldBy(rule).includes(literal)));
  return (json) => {
    const bytes = withoutEscapes(json);
    const text = bytes.toString('latin1');
    const hits = scanner.scan(text);
    const called = new Set<CompiledRule>();
    for (let at = 0; at < hits.count; at += 1)
      for (const rule of rulesOf[hits.ids[at] ?? 0] ?? [])
        if (
          hits.longestRun >= (rule.runMin ?? 0) &&
          (rule.also === undefined || text.includes(rule.also))
        )
          called.add(rule);
    return called.size === 0 ? none : spansOf([...called], bytes, text);
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
