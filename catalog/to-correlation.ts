import type { CasePolicy, ClearRule, CorrelationRule } from '../domain/correlation.ts';
import { parseDuration } from '../domain/duration.ts';
import { severityNames, type SeverityId } from '../domain/finding.ts';
import type { PolicySource } from '../domain/policy.schema.ts';
import type { QuietPolicy } from '../domain/quiet.ts';

type Row = PolicySource['correlation'][number];

export function toCorrelationRule(row: Row): CorrelationRule {
  const { id, formats, sources, when, rule, entity, join, reopen, clear, flapping } = row;
  return {
    id,
    formats: formats ?? [],
    sources: sources ?? [],
    when: when ?? null,
    rule,
    entity,
    window: join === undefined ? null : { idleMs: msOf(join.idle), maxMs: msOf(join.max) },
    reopenMs: reopen === undefined ? 0 : msOf(reopen),
    clear: clear === undefined ? null : toClearRule(clear),
    flapping:
      flapping === undefined
        ? null
        : {
            clears: flapping.clears,
            withinMs: msOf(flapping.within),
            holdMs: msOf(flapping.hold),
          },
  };
}

function toClearRule(clear: NonNullable<Row['clear']>): ClearRule {
  if (clear.by === 'event') return { by: 'event', afterMs: msOf(clear.after) };
  if (clear.by === 'absence') return clear;
  return { by: 'windows', windows: clear.windows, ofMs: msOf(clear.of) };
}

export function toCasePolicy({ within, membersMax, keys }: PolicySource['cases']): CasePolicy {
  return {
    withinMs: msOf(within),
    membersMax,
    keys: keys.map(({ kind, from, severityMin, except }) => ({
      kind,
      from,
      severityMin: severityOf(severityMin),
      except: except ?? [],
    })),
  };
}

export function toQuietPolicy({ deploys, stale }: PolicySource['quiet']): QuietPolicy {
  return {
    deploys:
      deploys === undefined
        ? null
        : { holdMs: msOf(deploys.hold), below: severityOf(deploys.below) },
    staleMs: stale === undefined ? null : msOf(stale.after),
  };
}

// The names are those of the severities by their place; the schema admits no other.
const severityOf = (name: (typeof severityNames)[number] | undefined): SeverityId =>
  name === undefined ? 0 : (severityNames.indexOf(name) as SeverityId);

/** Zero cannot be: the schema lets only durations through. */
export const msOf = (text: string): number => parseDuration(text) ?? 0;
