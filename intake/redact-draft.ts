import { asJson, type Json } from '../domain/json.ts';
import type { TokenNames } from '../redaction/tokens.ts';
import type { Draft } from './draft.ts';

/** What redaction may change of a draft; the rest are our own words, numbers and times. */
type Redactable = Omit<Draft, 'format' | 'kind' | 'time' | 'severityId' | 'status' | 'notes'>;

/** The port of `redaction/redact.ts` as intake uses it: synchronous, never throws, never lets an original through. */
export interface DraftRedactor<Sealed> {
  redact(value: Json): { readonly value: Json; readonly sealed: readonly Sealed[] };
}

/** For one delivery: its drafts repeat its body, which is searched once. */
export interface DeliverySession<Sealed> extends DraftRedactor<Sealed> {
  /** What the tokens made so far would be under older keys; empty while the ring has one key. */
  olderNames(): TokenNames;
}

export interface DeliveryRedactor<Sealed> {
  session(): DeliverySession<Sealed>;
}

export interface Redacted<Sealed> {
  readonly draft: Draft;
  readonly sealed: readonly Sealed[];
}

export function redactDraft<Sealed>(
  given: Draft,
  redactor: DraftRedactor<Sealed>,
): Redacted<Sealed> {
  const { format, kind, time, severityId, status, notes, ...foreign } = given;
  const { value, sealed } = redactor.redact(asJson(foreign));
  // Redaction keeps the shape of what it is given: names of keys and kinds of values stay.
  const redacted = value as unknown as Redactable;
  return { draft: { ...redacted, format, kind, time, severityId, status, notes }, sealed };
}
