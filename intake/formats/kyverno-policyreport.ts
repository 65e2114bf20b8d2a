import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { at, listAt, objectAt, textAt } from '../fields.ts';
import { actor, actorList, ObservableList, resource, resourceList } from '../observables.ts';
import { severityByWord, severityOfWord, type Severity } from '../severity.ts';
import { parseTime } from '../times.ts';

/**
 * Kubernetes policy reports (wgpolicyk8s.io, reports.x-k8s.io, openreports.io) as Kyverno, Falco, Trivy and
 * kube-bench write them, and single results as policy-reporter sends them. A passed or skipped result is no finding.
 */
export const kyvernoPolicyreport: FormatReader = {
  name: 'kyverno-policyreport',
  recognises: (value) => isReport(value) || isResult(value),
  read: (value, envelope) =>
    isReport(value)
      ? listAt(value, 'results')
          .filter(isObject)
          .filter(failed)
          .map((result) => readResult(result, value, envelope))
      : [value].filter(failed).map((result) => readResult(result, {}, envelope)),
};

const isReport = (value: JsonObject): boolean =>
  (value['kind'] === 'PolicyReport' || value['kind'] === 'ClusterPolicyReport') &&
  Array.isArray(value['results']);
const isResult = (value: JsonObject): boolean =>
  typeof value['policy'] === 'string' &&
  typeof value['rule'] === 'string' &&
  isObject(value['resource']) &&
  'message' in value;

function failed(result: JsonObject): boolean {
  const word = textAt(result, 'result', 'status').toLowerCase();
  return word !== 'pass' && word !== 'skip';
}

function readResult(result: JsonObject, report: JsonObject, envelope: Envelope): Draft {
  const cve = textAt(result, 'properties.VulnerabilityID');
  const policy = textAt(result, 'policy') || cve || textAt(result, 'category');
  const rule = textAt(result, 'rule');
  const message = textAt(result, 'message');
  const tool = textAt(result, 'source') || toolOf(report);
  const found = subjects(result, report);
  const details = textAt(result, 'properties.details');
  return draft({
    format: 'kyverno-policyreport',
    kind: kindOf(tool, cve),
    uid: uid({ result, report, found, policy }),
    title: title(cve, policy, [rule, textAt(result, 'category')]),
    description: message || details || policy,
    time: timestamp(result) ?? (cve === '' ? null : reportTime(report)) ?? envelope.time,
    ...severity(result),
    status: 'open',
    product: productOf(tool),
    analytic: { uid: rule === '' ? policy : `${policy}/${rule}`, name: policy },
    resources: found,
    actors: actorList(actor('user', userIn(details))),
    observables: new ObservableList()
      .addFromTree(at(result, 'properties') ?? null)
      .addFromText(message, details)
      .list(),
    compliance: {
      standard: textAt(result, 'category'),
      control: policy,
      status: textAt(result, 'result') || 'fail',
    },
    remediation: remediation(result),
    link: textAt(result, 'properties.PrimaryURL'),
    unmapped: {
      result,
      report: { metadata: at(report, 'metadata') ?? null, scope: at(report, 'scope') ?? null },
    },
  });
}

function title(
  cve: string,
  policy: string,
  more: readonly [rule: string, category: string],
): string {
  if (cve !== '') return policy === cve ? `${cve} in ${more[1]}` : `${cve}: ${policy}`;
  return more[0] === '' ? policy : `${policy}: ${more[0]}`;
}

interface Named {
  readonly result: JsonObject;
  readonly report: JsonObject;
  readonly found: Draft['resources'];
  readonly policy: string;
}

/** Reports give their results no id: report, policy, rule and what it was about name one. */
function uid({ result, report, found, policy }: Named): string {
  const cve = textAt(result, 'properties.VulnerabilityID');
  const parts = [
    textAt(report, 'metadata.uid', 'metadata.name'),
    cve || policy,
    textAt(result, 'rule'),
    cve === '' ? '' : textAt(result, 'category'),
    found[0]?.uid ?? '',
  ];
  return parts.filter((part) => part !== '').join('/');
}

function toolOf(report: JsonObject): string {
  const labels = objectAt(report, 'metadata.labels') ?? {};
  const engine = Object.entries(labels).find(([key]) => key.endsWith('/engine'))?.[1];
  const tool = textAt(report, 'source') || (typeof engine === 'string' ? engine : '');
  return tool.startsWith('falco') ? 'Falco' : tool;
}

const productOf = (tool: string): string =>
  tool === 'kyverno' || tool === '' ? 'Kyverno' : `${tool} (PolicyReport)`;

function kindOf(tool: string, cve: string): Draft['kind'] {
  if (cve !== '') return 'vulnerability';
  return tool === 'Falco' ? 'detection' : 'policy_violation';
}

function severity(result: JsonObject): Severity {
  const byWord = severityByWord(result, ['severity', 'properties.severity']);
  if (byWord.severityId > 0) return byWord;
  const outcome = textAt(result, 'result', 'status');
  const severityId = outcome === 'fail' || outcome === 'error' ? 3 : severityOfWord(outcome);
  return severityId === 0
    ? byWord
    : { severityId, severitySource: { path: 'result', value: outcome } };
}

const reportTime = (report: JsonObject): string | null =>
  parseTime(at(report, 'metadata.creationTimestamp'));

/** `{seconds, nanos}`; some writers give negative nanos. */
function timestamp(result: JsonObject): string | null {
  const seconds = at(result, 'timestamp.seconds');
  if (typeof seconds !== 'number') return parseTime(at(result, 'timestamp'));
  const nanos = at(result, 'timestamp.nanos');
  if (seconds <= 0) return null;
  return parseTime(Math.round(seconds * 1000 + (typeof nanos === 'number' ? nanos / 1e6 : 0)));
}

function subjects(result: JsonObject, report: JsonObject): Draft['resources'] {
  const scope = at(report, 'scope');
  const named: readonly Json[] = [
    ...listAt(result, 'resources'),
    at(result, 'resource') ?? null,
    scope ?? null,
  ];
  const owners = listAt(report, 'metadata.ownerReferences');
  const labels = objectAt(report, 'metadata.labels') ?? {};
  return resourceList(
    ...named.map((item) => subject(item, '')),
    ...owners.map((item) => subject(item, textAt(report, 'metadata.namespace'))),
    resource('container', textAt(result, 'properties.container.id')),
    resource('container', textAt(labels, 'imgvuln.container.name')),
  );
}

function subject(item: Json, namespaceOfReport: string): Draft['resources'][number] | null {
  const kind = textAt(item, 'kind').toLowerCase();
  const found = resource(
    kind === 'pod' ? 'pod' : kind === '' ? 'other' : 'workload',
    textAt(item, 'name'),
    textAt(item, 'uid'),
  );
  const namespace = textAt(item, 'namespace') || namespaceOfReport;
  return found === null || namespace === '' ? found : { ...found, namespace };
}

function userIn(details: string): string {
  const start = details.indexOf('user=');
  if (start < 0) return '';
  return details.slice(start + 5, start + 69).split(' ', 1)[0] ?? '';
}

function remediation(result: JsonObject): Draft['remediation'] {
  const fixed = textAt(result, 'properties.FixedVersion');
  const text =
    fixed === ''
      ? textAt(result, 'properties.remediation')
      : `Update ${textAt(result, 'category')} to ${fixed}.`;
  const url = textAt(result, 'properties.PrimaryURL');
  return text === '' && url === '' ? null : { text, url };
}
