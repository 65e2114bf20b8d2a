import type { Actor, Finding, FindingKind, Observable, Resource } from './finding.ts';
import type { JsonObject } from './json.ts';
import {
  ocsfClasses,
  ocsfComplianceStatuses,
  ocsfFindingStatuses,
  ocsfObservableTypes,
  ocsfSeverities,
  ocsfVersion,
} from './ocsf-enums.ts';

/** What OCSF wants and a finding does not say. */
export interface OcsfContext {
  /** Milliseconds since 1970: the time of a finding whose sender gave none. */
  readonly receivedMs: number;
}

/**
 * A finding as an OCSF finding of class 2002, 2003 or 2004. What OCSF has no place for stands below
 * `unmapped.sallyport`, so that nothing is lost. Kinds that OCSF has no class for are detections with a type.
 */
export function toOcsf(finding: Finding, context: OcsfContext): JsonObject {
  const cves = finding.kind === 'vulnerability' ? cvesOf(finding) : [];
  const classUid = classOf(finding, cves);
  return {
    ...eventOf(finding, classUid, context),
    message: finding.title,
    metadata: metadataOf(finding),
    finding_info: findingInfo(finding),
    resources: finding.resources.map(resourceOf),
    observables: finding.observables.map(observableOf),
    ...(classUid === 2002
      ? { vulnerabilities: cves.map((uid) => ({ cve: { uid }, title: finding.title })) }
      : evidenceOf(finding)),
    ...(classUid === 2004 ? { is_alert: true } : {}),
    ...(classUid === 2003 ? { compliance: complianceOf(finding) } : {}),
    unmapped: { sallyport: restOf(finding, classUid) },
  };
}

/** What every OCSF event says of itself. */
function eventOf(finding: Finding, classUid: number, { receivedMs }: OcsfContext): JsonObject {
  const closed = finding.status === 'closed';
  const activity = closed ? 3 : 1;
  const known = closed ? 4 : 1;
  const status = finding.status === 'unknown' ? 0 : known;
  const time = finding.time === null ? receivedMs : Date.parse(finding.time);
  return {
    activity_id: activity,
    activity_name: closed ? 'Close' : 'Create',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: classUid,
    class_name: ocsfClasses[classUid] ?? '',
    type_uid: classUid * 100 + activity,
    severity_id: finding.severityId,
    severity: ocsfSeverities[finding.severityId] ?? '',
    status_id: status,
    status: ocsfFindingStatuses[status] ?? '',
    time: Number.isFinite(time) ? time : receivedMs,
  };
}

function metadataOf(finding: Finding): JsonObject {
  return {
    version: ocsfVersion,
    product: { name: finding.product === '' ? 'Sallyport' : finding.product },
    tenant_uid: finding.tenant,
    uid: finding.id,
    log_name: finding.format,
    log_provider: finding.source,
    ...(finding.time === null ? {} : { original_time: finding.time }),
  };
}

/** A vulnerability finding has a place for neither. */
function evidenceOf({ actors, remediation }: Finding): JsonObject {
  return {
    ...(actors.length === 0
      ? {}
      : { evidences: actors.map((actor) => ({ actor: actorOf(actor) })) }),
    ...(remediation === null
      ? {}
      : {
          remediation: {
            desc: remediation.text,
            ...(remediation.url === '' ? {} : { references: [remediation.url] }),
          },
        }),
  };
}

const classes: Partial<Record<FindingKind, number>> = {
  vulnerability: 2002,
  policy_violation: 2003,
};

/** A vulnerability finding must name one; without it the finding is a detection. */
function classOf(finding: Finding, cves: readonly string[]): number {
  const wanted = classes[finding.kind] ?? 2004;
  return wanted === 2002 && cves.length === 0 ? 2004 : wanted;
}

const cvePattern = /CVE-\d{4}-\d{4,7}/g;
const cvesMax = 20;

function cvesOf(finding: Finding): readonly string[] {
  const said = [finding.uid, finding.title, finding.analytic?.uid ?? '', finding.description];
  return [...new Set(said.join('\n').match(cvePattern) ?? [])].slice(0, cvesMax);
}

function findingInfo(finding: Finding): JsonObject {
  const { analytic, attacks } = finding;
  return {
    uid: finding.uid,
    title: finding.title,
    desc: finding.description,
    types: [finding.kind],
    ...(analytic === null
      ? {}
      : { analytic: { uid: analytic.uid, name: analytic.name, type_id: 1 } }),
    ...(attacks.length === 0
      ? {}
      : { attacks: attacks.map((uid) => ({ technique: { uid, name: uid } })) }),
    ...(finding.link === '' ? {} : { src_url: finding.link }),
  };
}

function resourceOf(resource: Resource): JsonObject {
  const { type, uid, name, namespace, cluster, account, region } = resource;
  return {
    type,
    uid,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(region === undefined ? {} : { region }),
    ...(cluster === undefined && account === undefined
      ? {}
      : {
          data: {
            ...(cluster === undefined ? {} : { cluster }),
            ...(account === undefined ? {} : { account }),
          },
        }),
  };
}

function actorOf({ type, name, uid }: Actor): JsonObject {
  // OCSF wants an id of a process; where nobody gave one, its name is the best there is.
  if (type === 'process') return { process: { name, uid: uid ?? name } };
  if (type === 'user') return { user: { name, ...(uid === undefined ? {} : { uid }) } };
  return { app_name: name, ...(uid === undefined ? {} : { app_uid: uid }) };
}

const observableIds: Readonly<Record<Observable['type'], number>> = {
  hostname: 1,
  domain: 1,
  ip: 2,
  mac: 3,
  user: 4,
  email: 5,
  url: 6,
  file: 7,
  hash: 8,
  process: 9,
  port: 11,
  other: 99,
};

function observableOf({ type, value, role }: Observable): JsonObject {
  const id = observableIds[type];
  return { type_id: id, type: ocsfObservableTypes[id] ?? '', name: `${role}.${type}`, value };
}

function complianceOf({ compliance }: Finding): JsonObject {
  if (compliance === null) return { status_id: 3, status: ocsfComplianceStatuses[3] ?? '' };
  const word = compliance.status.toLowerCase();
  const status = word.startsWith('pass') ? 1 : word.startsWith('warn') ? 2 : 3;
  return {
    control: compliance.control,
    ...(compliance.standard === '' ? {} : { standards: [compliance.standard] }),
    status_id: status,
    status: ocsfComplianceStatuses[status] ?? '',
  };
}

/** What the fields above cannot say as exactly. */
function restOf(finding: Finding, classUid: number): JsonObject {
  const { schema, kind, timeBasis, severitySource, notes, unmapped, compliance, actors } = finding;
  return {
    schema,
    kind,
    product: finding.product,
    status: finding.status,
    timeBasis,
    severitySource,
    notes,
    compliance,
    actors: actors.map((actor) => ({ ...actor })),
    remediation: classUid === 2002 ? finding.remediation : null,
    unmapped,
  };
}
