import type { FindingKind } from '../../domain/finding.ts';
import { isObject } from '../../domain/json.ts';
import { declare } from '../declare.ts';
import { textAt } from '../fields.ts';
import { all, any, has, says, starts } from '../recognise.ts';
import { joined, literal, whole } from '../sources.ts';
import { byWorst } from '../severity-rules.ts';
import { severityOfWord } from '../severity.ts';
import { firstOf, valuesAt, type View } from '../view.ts';

const label = (name: string): string => `metadata.labels.trivy-operator.${name}`;
const kinds = [
  'vulnerabilityreport',
  'clustervulnerabilityreport',
  'configauditreport',
  'clusterconfigauditreport',
  'exposedsecretreport',
  'rbacassessmentreport',
  'clusterrbacassessmentreport',
  'infraassessmentreport',
  'clusterinfraassessmentreport',
];

function kindOf(view: View): FindingKind {
  const kind = firstOf(view, 'kind').toLowerCase();
  if (kind.includes('vulnerability')) return 'vulnerability';
  return kind.includes('secret') ? 'detection' : 'policy_violation';
}

/** What failed or is vulnerable, the worst first; checks that passed are in the list too. */
const worst =
  (...keys: readonly string[]): ((view: View) => readonly string[]) =>
  (view) =>
    ['report.vulnerabilities', 'report.checks', 'report.secrets']
      .flatMap((path) => valuesAt(view, path))
      .filter((item) => isObject(item) && item['success'] !== true)
      .toSorted(
        (one, other) =>
          severityOfWord(textAt(other, 'severity')) - severityOfWord(textAt(one, 'severity')),
      )
      .flatMap((item) =>
        keys
          .map((key) => textAt(item, key))
          .filter((text) => text !== '')
          .slice(0, 1),
      );

/** Trivy operator's reports: one finding for what was scanned, not one for each CVE. */
export const trivyOperator = declare({
  name: 'trivy-operator',
  recognises: any(
    says('kind', ...kinds),
    all(starts('apiversion', 'aquasecurity.github.io/'), has('report')),
  ),
  skips: (view) =>
    worst('severity')(view).length === 0 && valuesAt(view, 'report.summary').length > 0,
  kind: kindOf,
  product: joined(' ', literal('Trivy'), 'report.scanner.vendor'),
  title: joined(
    ': ',
    'kind',
    label('resource.name'),
    worst('vulnerabilityid', 'checkid', 'ruleid'),
    worst('title', 'messages'),
  ),
  description: worst('title', 'messages', 'description'),
  uid: ['metadata.uid', whole('/', 'metadata.namespace', 'metadata.name'), 'metadata.name'],
  time: ['report.updateTimestamp', 'metadata.creationTimestamp'],
  severity: [byWorst(worst('severity'))],
  status: { from: [], closed: [], otherwise: 'open' },
  analytic: { uid: 'kind', name: 'kind' },
  resources: [
    {
      type: 'workload',
      name: [label('resource.name'), 'metadata.ownerReferences.name', 'metadata.name'],
      uid: 'metadata.ownerReferences.uid',
      namespace: [label('resource.namespace'), 'metadata.namespace'],
    },
    { type: 'container', name: label('container.name') },
    {
      type: 'other',
      name: whole(':', 'report.artifact.repository', 'report.artifact.tag'),
      uid: 'report.artifact.digest',
    },
    { type: 'other', name: worst('resource') },
  ],
  prose: literal(''),
  compliance: {
    standard: literal(''),
    control: worst('checkid'),
    status: (view) => (worst('checkid')(view).length > 0 ? ['fail'] : []),
  },
  remediation: { text: worst('remediation'), url: worst('primarylink') },
  link: worst('primarylink'),
});
