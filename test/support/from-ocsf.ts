import type { Finding, Observable, Resource } from '../../domain/finding.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { at, listAt, objectAt, textAt } from '../../intake/fields.ts';

/** The way back from `toOcsf`, for showing that nothing is lost. */
export function fromOcsf(exported: JsonObject): Finding {
  const rest = objectAt(exported, 'unmapped.sallyport') ?? {};
  const info = objectAt(exported, 'finding_info') ?? {};
  const analytic = objectAt(info, 'analytic');
  return {
    schema: 1,
    id: textAt(exported, 'metadata.uid'),
    tenant: textAt(exported, 'metadata.tenant_uid'),
    format: textAt(exported, 'metadata.log_name'),
    source: textAt(exported, 'metadata.log_provider'),
    uid: raw(info['uid']),
    title: raw(info['title']),
    description: raw(info['desc']),
    time: raw(at(exported, 'metadata.original_time')) || null,
    severityId: exported['severity_id'],
    link: raw(info['src_url']),
    analytic:
      analytic === undefined ? null : { uid: raw(analytic['uid']), name: raw(analytic['name']) },
    attacks: listAt(info, 'attacks').map((item) => raw(at(item, 'technique.uid'))),
    resources: listAt(exported, 'resources').filter(isObject).map(resourceOf),
    observables: listAt(exported, 'observables').map(observableOf),
    kind: rest['kind'],
    product: rest['product'],
    status: rest['status'],
    timeBasis: rest['timeBasis'],
    severitySource: rest['severitySource'],
    notes: rest['notes'],
    unmapped: rest['unmapped'],
    compliance: rest['compliance'],
    actors: rest['actors'],
    remediation: rest['remediation'] ?? remediationOf(exported),
  } as unknown as Finding; // The test compares it with the finding it came from.
}

const raw = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function resourceOf(item: JsonObject): Resource {
  const { data, ...said } = item;
  return { ...said, ...(isObject(data) ? data : {}) } as unknown as Resource;
}

function observableOf(item: Json): Observable {
  const [role, type] = textAt(item, 'name').split('.');
  return { type, value: raw(at(item, 'value')), role } as Observable;
}

function remediationOf(exported: JsonObject): Finding['remediation'] {
  const found = objectAt(exported, 'remediation');
  if (found === undefined) return null;
  return { text: raw(found['desc']), url: raw(listAt(found, 'references')[0]) };
}
