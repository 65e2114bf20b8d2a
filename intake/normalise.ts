import { hash } from 'node:crypto';
import { isObject, type Json } from '../domain/json.ts';
import { draft, type Draft, type Envelope } from './draft.ts';
import { genericReader, readerOf, type Detect } from './formats/registry.ts';
import { intakeLimits } from './limits.ts';
import { mended, parseJson, type ParsedJson } from './parse-json.ts';
import { readText } from './text-body.ts';
import type { Bare } from './bare.ts';
import { unwrap } from './unwrap.ts';

/** A body, and what it is as JSON. */
export interface ParsedBody {
  readonly bytes: Uint8Array;
  readonly json: ParsedJson;
}

export const parseBody = (bytes: Uint8Array): ParsedBody => ({ bytes, json: parseJson(bytes) });

/** What one body says, as drafts: at least one, but where a product said that all is well. Never throws. */
export const normalise = (
  body: Uint8Array,
  hint: string | null = null,
  detect: Detect = readerOf,
): readonly Draft[] => normaliseParsed(parseBody(body), hint, detect);

/** Of a body that was parsed. The drafts share its objects. */
export function normaliseParsed(
  { bytes: body, json }: ParsedBody,
  hint: string | null,
  detect: Detect = readerOf,
): readonly Draft[] {
  const parsed = json.kind === 'values' ? json : readOtherwise(body, json);
  if (parsed.kind === 'invalid') return [unparsed(body, parsed.verdict)];
  const alerts = parsed.values.flatMap((value) => unwrap(value, detect));
  if (alerts.length === 0) return [unparsed(body, 'no-alerts')];
  if (alerts.length > intakeLimits.findingsPerDeliveryMax)
    return [unparsed(body, 'too-many-alerts')];
  const drafts = alerts.flatMap((alert) => readBare(alert, hint, detect));
  if (drafts.length > intakeLimits.findingsPerDeliveryMax)
    return [unparsed(body, 'too-many-alerts')];
  if (parsed.notes.length === 0) return drafts;
  return drafts.map((item) => ({ ...item, notes: [...parsed.notes, ...item.notes] }));
}

/** What is no JSON may be lines of a log, or JSON with a slip that a person would read over. */
function readOtherwise(
  body: Uint8Array,
  parsed: Extract<ParsedJson, { kind: 'invalid' }>,
): ParsedJson {
  if (parsed.verdict === 'invalid-utf8') return parsed;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const values = readText(text.startsWith('\ufeff') ? text.slice(1) : text);
  if (values !== null) return { kind: 'values', values, notes: [] };
  return mended(text) ?? parsed;
}

function readBare(alert: Bare, hint: string | null, detect: Detect): readonly Draft[] {
  if (!isObject(alert.value)) return [unparsedValue(alert.value, 'not-an-object')];
  const reader = detect(alert.value);
  if (reader !== null) {
    const drafts = attempt(() =>
      reader.read(alert.value as Parameters<typeof reader.read>[0], alert.envelope),
    );
    if (drafts !== null) return flagged(completed(drafts, alert), hint, reader.name);
  }
  const drafts = attempt(() => readGeneric(alert.value, alert.envelope));
  if (drafts === null || drafts.length === 0)
    return [
      unparsedValue(
        alert.value,
        reader === null ? 'nothing-recognised' : `reader-failed: ${reader.name}`,
      ),
    ];
  return flagged(drafts, hint, reader === null ? 'generic' : `reader-failed: ${reader.name}`);
}

/**
 * A product's own reader says nothing of what its format usually lacks; the generic one may find it in this alert. It
 * never gives an id, a rule or a severity, and a note says what is its guess.
 */
function completed(drafts: readonly Draft[], { value, envelope }: Bare): readonly Draft[] {
  const [draft] = drafts;
  if (draft === undefined || drafts.length > 1 || draft.kind === 'intelligence') return drafts;
  // Where somebody or something is named, a guess beside it would change which incident the alert belongs to.
  const bare = draft.resources.length === 0 && draft.actors.length === 0;
  const lacks: ('time' | 'resources' | 'actors' | 'observables')[] = [];
  if (draft.time === null) lacks.push('time');
  if (bare) lacks.push('resources', 'actors');
  if (draft.observables.length === 0) lacks.push('observables');
  if (draft.time !== null && !bare) return drafts;
  const [guess] = attempt(() => readGeneric(value, envelope)) ?? [];
  if (guess === undefined) return drafts;
  const found = lacks.filter((field) => guess[field] !== null && guess[field].length > 0);
  const notes = [...draft.notes, ...found.map((field) => `${field}-guessed`)];
  return [{ ...draft, ...Object.fromEntries(found.map((field) => [field, guess[field]])), notes }];
}

function readGeneric(value: Json, envelope: Envelope): readonly Draft[] {
  return isObject(value) ? genericReader.read(value, envelope) : [];
}

/** SECURITY: a reader that an odd alert trips must not lose that alert, nor those beside it. */
function attempt(read: () => readonly Draft[]): readonly Draft[] | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** The format that a source is configured with is a hint: the body decides, and a difference is noted. */
function flagged(drafts: readonly Draft[], hint: string | null, found: string): readonly Draft[] {
  if (hint === null || hint === found) return drafts;
  return drafts.map((item) => ({ ...item, notes: [...item.notes, `expected-${hint}`] }));
}

/** A body that no reader understood, as a finding that reaches triage: its head, and the parser's verdict. */
export function unparsed(body: Uint8Array, verdict: string): Draft {
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, headReadBytes))
    .toString('utf8')
    .replaceAll('\0', '\ufffd');
  return unparsedDraft(`body:${hash('sha256', body, 'hex')}`, head, {
    verdict,
    bytes: body.byteLength,
  });
}

// Redaction sees twice what is kept, so that a secret across the cut is still known as one.
const headReadBytes = 2 * intakeLimits.headBytes;

function unparsedValue(value: Json, verdict: string): Draft {
  const text = JSON.stringify(value);
  return unparsedDraft(
    `value:${hash('sha256', text, 'hex')}`,
    text.slice(0, headReadBytes).toWellFormed(),
    { verdict, bytes: Buffer.byteLength(text) },
  );
}

function unparsedDraft(
  uid: string,
  head: string,
  about: { readonly verdict: string; readonly bytes: number },
): Draft {
  return draft({
    format: 'unparsed',
    kind: 'unparsed',
    uid,
    title: 'Alert that could not be read',
    description: `The body could not be read (${about.verdict}); its first characters are kept.`,
    notes: [about.verdict],
    unmapped: { head, bytes: about.bytes },
  });
}
