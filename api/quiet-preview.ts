import { SallyportError } from '../domain/errors.ts';
import { evaluateWith, prepareFacts } from '../domain/expression.ts';
import type { SeverityId } from '../domain/finding.ts';
import type { Sql } from '../store/database.ts';
import { factsOf } from '../store/incident-facts.ts';
import { pastIncidents } from '../store/quiet-hits.ts';

export const previewLimits = {
  /** Incidents that are looked at; what is older is left out, and said. */
  examinedMax: 20_000,
  page: 500,
  samples: 20,
} as const;

/** What a quiet window would have hidden. */
export interface Preview {
  readonly examined: number;
  /** False where there was more to look at than the bound allows. */
  readonly complete: boolean;
  readonly hidden: { readonly incidents: number; readonly alerts: number };
  /** Matched, but grave enough to be shown anyway. */
  readonly breaksThrough: { readonly incidents: number; readonly alerts: number };
  /** The condition could not be evaluated: nothing is hidden then. */
  readonly failed: number;
  readonly bySeverity: { readonly [severityId: string]: number };
  readonly samples: readonly {
    readonly number: number;
    readonly severityId: number;
    readonly title: string;
    readonly hidden: boolean;
  }[];
}

export interface PreviewOf {
  readonly tenant: string;
  readonly when: string;
  readonly floor: SeverityId;
  readonly sinceMs: number;
}

/** Tries a condition on the incidents of the past, without any effect. */
export async function previewQuiet(sql: Sql, of: PreviewOf): Promise<Preview> {
  const hidden = { incidents: 0, alerts: 0 };
  const breaksThrough = { incidents: 0, alerts: 0 };
  const bySeverity: Record<string, number> = {};
  const samples: Preview['samples'][number][] = [];
  let [examined, failed] = [0, 0];
  let before: number | null = null;
  for (;;) {
    const page: Awaited<ReturnType<typeof pastIncidents>> = await pastIncidents(sql, of.tenant, {
      sinceMs: of.sinceMs,
      before,
      limit: previewLimits.page,
    });
    for (const row of page) {
      const outcome = matches(of.when, factsOf(row));
      if (outcome === null) failed += 1;
      if (outcome !== true) continue;
      const isHidden = row.severity_id < of.floor;
      const tally = isHidden ? hidden : breaksThrough;
      tally.incidents += 1;
      tally.alerts += row.count;
      bySeverity[row.severity_id] = (bySeverity[row.severity_id] ?? 0) + 1;
      if (samples.length < previewLimits.samples)
        samples.push({
          number: row.number,
          severityId: row.severity_id,
          title: row.title,
          hidden: isHidden,
        });
    }
    examined += page.length;
    before = page.at(-1)?.number ?? null;
    const ended = page.length < previewLimits.page;
    if (ended || examined >= previewLimits.examinedMax)
      return { examined, complete: ended, hidden, breaksThrough, failed, bySeverity, samples };
  }
}

/** Null where the condition fails or gives no truth value. */
function matches(when: string, facts: Parameters<typeof prepareFacts>[0]): boolean | null {
  try {
    const value = evaluateWith(when, prepareFacts(facts));
    return typeof value === 'boolean' ? value : null;
  } catch (error) {
    if (error instanceof SallyportError) return null;
    throw error;
  }
}
