import { parseCanonical } from './canonical.ts';
import type { Findings } from './findings.ts';

/** An entry as the verifier reads it: every field is checked for its type, nothing is taken on trust. */
export interface LoggedEntry {
  readonly index: number;
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly subject: string | null;
  readonly outcome: string;
  readonly data: Record<string, unknown>;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Null, and a problem on record, where the bytes are no entry in canonical form. */
export function readLoggedEntry(
  bytes: Uint8Array,
  index: number,
  findings: Findings,
): LoggedEntry | null {
  const value = parseCanonical(decode(bytes));
  if (value === undefined) {
    findings.add('not-canonical', index, 'the entry is not canonical JSON');
    return null;
  }
  const fields = record(value);
  const { id, time, type, subject, outcome } = fields;
  const known =
    fields['schema'] === 1 &&
    typeof id === 'string' &&
    typeof time === 'string' &&
    typeof type === 'string' &&
    typeof outcome === 'string';
  if (!known || (subject !== null && typeof subject !== 'string')) {
    findings.add('format', index, 'the entry lacks a field that every entry of schema 1 has');
    return null;
  }
  return { index, id, time, type, subject, outcome, data: record(fields['data']) };
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return '';
  }
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function record(value: unknown): Record<string, unknown> {
  // Any object that JSON.parse made has string keys.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
