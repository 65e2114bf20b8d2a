import { createCleanTexts } from './clean-texts.ts';
import { withEchoes } from './echoes.ts';
import { encodedRuns, spacedRuns, type DecodeBudget, type EncodedRun } from './encodings.ts';
import { marksIn, withoutMarkText } from './kinds.ts';
import { createPlaceRules, type PlaceRules } from './place-rules.ts';
import { createPrefilter, prefilterLimits, type Clue, type Prefilter } from './prefilter.ts';
import { triggersOf, type CompiledRule } from './rule.ts';
import { runRule } from './run-rule.ts';
import { createShapeFilter } from './shapes.ts';
import { mergeSpans, withoutMarks, type Span, type SpanKind } from './spans.ts';
import { unescapedView } from './unescape.ts';
import { addNamed, addVendorValues, type Add } from './named-values.ts';
import { bytesOf, foldedView, plainView, toOriginal, type View } from './views.ts';

/** Finds what must not stay in one text. */
export interface Scanner {
  /** Disjoint spans in order. `field` is the name under which the text stands; it counts as context. */
  scan(text: string, field: string, found?: Map<string, SpanKind>): readonly Span[];
  /** True: the name of the field calls for rules of its own, in numbers too. */
  isTelling(field: string): boolean;
  /** True: texts under that name are searched as under any other such name. */
  isMute(field: string): boolean;
}

export const scanLimits = {
  /** Levels of encoding inside each other; what lies deeper is masked. */
  decodeDepth: 4,
  /** Bytes that may come out of decoding, as a multiple of the text's length; short texts may give `decodedBytesMin`. */
  decodedTimes: 10,
  decodedBytesMin: 65_536,
  shapeDigits: 2,
  shapeChars: 8,
  walletChars: 26,
} as const;

/** The rule names of what is masked because a bound was crossed. */
export const boundRules = {
  decoders: 'bound-decoders',
  bytes: 'bound-decoded-bytes',
  matches: 'bound-matches',
} as const;

const none: readonly Span[] = [];
const noRules: readonly CompiledRule[] = [];
const noDecoders: readonly string[] = [];

interface Machine {
  readonly prefilter: Prefilter;
  /** Rules that no literal calls for, by their shape. */
  readonly shapes: (bytes: Buffer) => readonly CompiledRule[];
  readonly places: PlaceRules;
}

/** Another `prefilter` (one that asks each rule in turn) must give the same answers, only slower. */
export function createScanner(
  rules: readonly CompiledRule[],
  prefilter: Prefilter = createPrefilter(rules),
): Scanner {
  const shapes = createShapeFilter(rules.filter((rule) => triggersOf(rule).length === 0));
  const machine = { prefilter, shapes, places: createPlaceRules(rules) };
  const clean = createCleanTexts();
  const search = (text: string, field: string, found: Job['found']): readonly Span[] =>
    scanText(machine, {
      text,
      field,
      found,
      decoders: noDecoders,
      budget: {
        bytesLeft: Math.max(scanLimits.decodedBytesMin, scanLimits.decodedTimes * text.length),
      },
    });
  return {
    scan: (text, field, found) => {
      // What earlier parts held is looked for in this one too: its answer is not the text's alone.
      if (found !== undefined) return search(text, field, found);
      const place = machine.places.isMute(field) ? null : field;
      if (clean.has(text, place)) return none;
      const spans = search(text, field, found);
      if (spans.length === 0) clean.add(text, place);
      return spans;
    },
    isTelling: (field) => machine.places.byField(field).length > 0,
    isMute: (field) => machine.places.isMute(field),
  };
}

interface Job {
  readonly text: string;
  readonly field: string;
  /** What the text was decoded from, from the outside in. */
  readonly decoders: readonly string[];
  readonly budget: DecodeBudget;
  /** Secrets that were found in earlier parts of the text, and in this one. */
  readonly found: Map<string, SpanKind> | undefined;
}

function scanText(machine: Machine, job: Job): readonly Span[] {
  const marks = marksIn(job.text);
  const readable = withoutMarkText(job.text, marks);
  const first = machine.prefilter(readable);
  const placed = rulesByPlace(machine, job, first.ascii);
  const before = job.found?.size ?? 0;
  if (!first.suspect && placed.length === 0 && before === 0) return none;
  const view = first.ascii ? plainView(readable) : foldedView(readable);
  const clue = withRules(first.ascii ? first : machine.prefilter(view.text), placed);
  const spans = scanLayers(machine, { view, clue, job });
  if (spans.length === 0 && before === 0) return none;
  return mergeSpans(withEchoes(job.text, withoutMarks(spans, marks), job.found));
}

/** Rules that the literals of the text do not call for, but the name of its field, a word of another script, or that it stands alone. */
function rulesByPlace(machine: Machine, job: Job, ascii: boolean): readonly CompiledRule[] {
  const { places } = machine;
  if (job.decoders.length > 0) return noRules;
  const placed = job.field === '' ? places.byText(job.text) : places.byField(job.field);
  if (ascii) return placed;
  const foreign = /[\u0370-\uffff]/.test(job.text) ? places.byForeignWord(job.text) : noRules;
  return foreign.length === 0 ? placed : [...placed, ...foreign];
}

const withRules = (clue: Clue, more: readonly CompiledRule[]): Clue =>
  more.length === 0
    ? clue
    : {
        ...clue,
        rules: inOrder([...clue.rules, ...more]),
      };

const inOrder = (rules: Iterable<CompiledRule>): readonly CompiledRule[] =>
  [...new Set(rules)].sort((a, b) => a.order - b.order);

interface Layer {
  readonly view: View;
  readonly clue: Clue;
  readonly job: Job;
}

/** The text as it stands, and as it reads without its escapes, one level after the other. */
function scanLayers(machine: Machine, layer: Layer): readonly Span[] {
  const { view, clue, job } = layer;
  const spans = scanView(machine, layer);
  const plain = clue.escaped ? unescapedView(view) : null;
  if (plain === null) return spans;
  if (job.decoders.length >= scanLimits.decodeDepth)
    return [...spans, wholly(view, boundRules.decoders)];
  const inner = scanLayers(machine, {
    view: plain,
    clue: machine.prefilter(plain.text),
    job: { ...job, decoders: [...job.decoders, 'escapes'] },
  });
  return spans.length === 0 ? inner : [...spans, ...inner];
}

const wholly = (view: View, rule: string): Span => ({
  start: 0,
  end: view.originalLength,
  kind: 'over-budget',
  class: 'secret',
  rule,
});

function scanView(machine: Machine, layer: Layer): readonly Span[] {
  const { view, clue, job } = layer;
  if (clue.overflow) return [wholly(view, boundRules.matches)];
  const spans: Span[] = [];
  const add = (start: number, end: number, what: SpanKind): void => {
    const [from, to] = toOriginal(view, start, end);
    if (to > from)
      spans.push({
        ...what,
        start: from,
        end: to,
        ...(job.decoders.length === 0
          ? {}
          : { decoders: [...job.decoders, ...(what.decoders ?? [])] }),
      });
  };
  if (!runRules(machine, layer, add)) return [wholly(view, boundRules.matches)];
  if (clue.wordEnds.length > 0) addNamed(view.text, clue.wordEnds, add);
  if (clue.longRuns.length > 0) addVendorValues(view.text, clue.longRuns, add);
  const addInside = (run: EncodedRun): void => {
    const found = foundInside(machine, run, job);
    if (found !== null) add(run.start, run.end, found);
  };
  if (clue.longestRun >= prefilterLimits.encodedRunChars)
    encodedRuns(view.text, clue.longRuns, job.budget).forEach(addInside);
  if (clue.longestDigits >= prefilterLimits.digitsMin)
    spacedRuns(view.text, job.budget).forEach(addInside);
  return spans;
}

/** What the literals call for, and what the shape of the text does. False where one matched too often. */
function runRules(machine: Machine, { view, clue, job }: Layer, add: Add): boolean {
  const mayHoldShapes =
    (clue.longestDigits >= scanLimits.shapeDigits || clue.longestRun >= scanLimits.walletChars) &&
    view.text.length >= scanLimits.shapeChars;
  if (clue.rules.length === 0 && !mayHoldShapes) return true;
  const bytes = bytesOf(view);
  const shaped = mayHoldShapes ? machine.shapes(bytes) : noRules;
  const rules = shaped.length === 0 ? clue.rules : inOrder([...clue.rules, ...shaped]);
  if (rules.length === 0) return true;
  const target = {
    view,
    bytes,
    field: job.field,
    original: job.text,
    believed: new Set<string>(),
    add,
  };
  return rules.every((rule) => runRule(rule, target));
}

/**
 * What an encoded run holds. It goes as a whole, for a part of it would still decode, and masked: a token of what was cut out of it
 * could not be turned back. Past the bounds it is masked unread.
 */
function foundInside(machine: Machine, run: EncodedRun, job: Job): SpanKind | null {
  const decoders = [...job.decoders, ...run.forms];
  const rule = `encoded-${run.forms.join('-')}`;
  if (run.text === null)
    return { kind: 'over-budget', class: 'secret', rule: boundRules.bytes, decoders: run.forms };
  if (decoders.length > scanLimits.decodeDepth)
    return { kind: 'over-budget', class: 'secret', rule: boundRules.decoders, decoders: run.forms };
  const inner = scanText(machine, {
    text: run.text,
    field: '',
    decoders,
    budget: job.budget,
    found: undefined,
  })[0];
  if (inner === undefined) return null;
  return {
    ...inner,
    class: 'secret',
    rule: inner.kind === 'over-budget' ? inner.rule : rule,
    decoders: [...run.forms, ...(inner.decoders ?? []).slice(decoders.length)],
  };
}
