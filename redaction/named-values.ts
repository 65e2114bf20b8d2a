import { findAssignments } from './assignments.ts';
import { findSecretData } from './kubernetes-secret.ts';
import type { SpanKind } from './spans.ts';
import { findTableValues } from './table-values.ts';
import { findVendorValues } from './vendor-values.ts';

export type Add = (start: number, end: number, what: SpanKind) => void;

/** Random values behind the name of a service. */
export function addVendorValues(text: string, longRuns: readonly number[], add: Add): void {
  for (const [start, end] of findVendorValues(text, longRuns))
    add(start, end, {
      kind: 'api-key',
      class: 'secret',
      rule: 'vendor-value',
      confidence: 'possible',
    });
}

/** Values that a name of a credential stands before. */
export function addNamed(text: string, wordEnds: readonly number[], add: Add): void {
  for (const found of findAssignments(text, wordEnds))
    add(found.start, found.end, {
      kind: found.verdict.kind,
      class: 'secret',
      rule: 'assigned-value',
      confidence: 'likely',
    });
  for (const found of findTableValues(text, wordEnds))
    add(found.start, found.end, {
      kind: found.verdict.kind,
      class: 'secret',
      rule: 'table-value',
      confidence: 'likely',
    });
  for (const [start, end] of findSecretData(text))
    add(start, end, {
      kind: 'kubernetes-secret',
      class: 'secret',
      rule: 'kubernetes-secret',
      confidence: 'certain',
    });
}
