import type { Finding } from '../domain/finding.ts';
import { asJson, type JsonObject } from '../domain/json.ts';
import type { TriageTrace } from '../domain/policy.ts';
import { decideTriage, type PolicyInForce } from '../domain/rule.ts';
import { playbookFor } from '../domain/triage.ts';
import type { Redactor } from '../redaction/redact.ts';
import type { RedactionReport } from '../redaction/report.ts';
import { factsOf } from '../store/incident-facts.ts';
import { createCorrelator, type Correlation } from './correlation.ts';
import { toFinding } from './finish.ts';
import { redactDraft } from './redact-draft.ts';
import { readerOf, type Detect } from './formats/registry.ts';
import { withYears } from './yearless.ts';
import { normalise } from './normalise.ts';

const place = { tenant: 'local', source: 'try' };

export interface TriedFinding {
  readonly finding: Finding;
  readonly correlation: Correlation;
  /** What triage would decide if it opened an incident now. */
  readonly triage: TriageTrace;
  /** What that would run; null where nothing. */
  readonly playbook: string | null;
  /** What was taken out of the alert before anything else saw it. */
  readonly redactions: RedactionReport['replacements'];
}

export interface TryDeps extends PolicyInForce {
  readonly redactor: Redactor;
  readonly nowMs: number;
}

/** What a body would become, without any effect. */
export function tryBody(
  body: Uint8Array,
  { redactor, nowMs, ...inForce }: TryDeps,
): readonly TriedFinding[] {
  const correlate = createCorrelator(inForce.policy.correlation);
  return withYears(normalise(body), nowMs).map((item) => {
    let redactions: RedactionReport['replacements'] = [];
    const listening = {
      redact: (value: Parameters<Redactor['redact']>[0]): ReturnType<Redactor['redact']> => {
        const redacted = redactor.redact(value);
        redactions = redacted.report.replacements;
        return redacted;
      },
    };
    const finding = toFinding(redactDraft(item, listening).draft, place);
    const correlation = correlate(finding);
    const triage = decideTriage(inForce, factsOfNew(finding, correlation, nowMs), nowMs);
    return { finding, correlation, triage, playbook: playbookFor(triage.decision), redactions };
  });
}

/** As triage reads an incident that this finding opened a moment ago. */
function factsOfNew(finding: Finding, { key }: Correlation, nowMs: number): JsonObject {
  return factsOf({
    id: 'inc_try',
    tenant: finding.tenant,
    number: 0,
    correlation_key: key,
    title: finding.title,
    format: finding.format,
    kind: finding.kind,
    priority: null,
    owner: null,
    severity_id: finding.severityId,
    count: 1,
    first_seen: new Date(nowMs),
    last_seen: new Date(nowMs),
    all_clear_at: finding.status === 'closed' ? new Date(nowMs) : null,
    facts: { finding: asJson(finding) },
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
