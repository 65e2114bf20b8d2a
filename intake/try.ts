import type { Finding } from '../domain/finding.ts';
import type { Redactor } from '../redaction/redact.ts';
import type { RedactionReport } from '../redaction/report.ts';
import type { Correlate, Correlation } from './correlation.ts';
import { redactDraft, toFinding } from './finish.ts';
import { readerOf, type Detect } from './formats/registry.ts';
import { normalise } from './normalise.ts';

const place = { tenant: 'local', source: 'try' };

export interface TriedFinding {
  readonly finding: Finding;
  readonly correlation: Correlation;
  /** What was taken out of the alert before anything else saw it. */
  readonly redactions: RedactionReport['replacements'];
}

export interface TryDeps {
  readonly redactor: Redactor;
  readonly correlate: Correlate;
}

/** What a body would become, without any effect. */
export function tryBody(
  body: Uint8Array,
  { redactor, correlate }: TryDeps,
): readonly TriedFinding[] {
  return normalise(body).map((item) => {
    let redactions: RedactionReport['replacements'] = [];
    const listening = {
      redact: (value: Parameters<Redactor['redact']>[0]): ReturnType<Redactor['redact']> => {
        const redacted = redactor.redact(value);
        redactions = redacted.report.replacements;
        return redacted;
      },
    };
    const finding = toFinding(redactDraft(item, listening).draft, place);
    return { finding, correlation: correlate(finding), redactions };
  });
}

/** What the readers found, before redaction: for measuring readers on corpora, never for anything that is kept. */
export function readBody(body: Uint8Array, detect: Detect = readerOf): readonly Finding[] {
  return normalise(body, null, detect).map((item) => toFinding(item, place));
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
