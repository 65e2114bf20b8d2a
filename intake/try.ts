import type { Finding } from '../domain/finding.ts';
import { redactDraft, toFinding, type DraftRedactor } from './finish.ts';
import { normalise } from './normalise.ts';

/** What a body would become, without any effect. */
export function tryBody<Sealed>(
  body: Uint8Array,
  redactor: DraftRedactor<Sealed>,
): readonly Finding[] {
  const place = { tenant: 'local', source: 'try' };
  return normalise(body).map((item) => toFinding(redactDraft(item, redactor).draft, place));
}

/** The flat form that the corpus' scorer reads. */
export interface FlatFinding {
  readonly title: string;
  readonly severity_id: number;
  readonly time: string | null;
  readonly uid: string;
  readonly kind: string;
  readonly status: string;
  readonly product: string;
  readonly resources: readonly string[];
  readonly actors: readonly string[];
  readonly observables: readonly string[];
}

export function flatFinding(finding: Finding): FlatFinding {
  const named = (name: string, uid: string | undefined): string =>
    uid === undefined || uid === name ? name : `${name} ${uid}`;
  return {
    title: finding.title,
    severity_id: finding.severityId,
    time: finding.time,
    uid: finding.uid,
    kind: finding.kind,
    status: finding.status,
    product: finding.product,
    resources: finding.resources.map((item) => named(item.name, item.uid)),
    actors: finding.actors.map((item) => named(item.name, item.uid)),
    observables: finding.observables.map((item) => item.value),
  };
}
