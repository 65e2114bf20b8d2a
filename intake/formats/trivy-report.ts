import RE2 from 're2';
import type { FindingKind } from '../../domain/finding.ts';
import type { Declaration } from '../declaration.ts';
import { declare } from '../declare.ts';
import { all, any, firstIn, has, isList } from '../recognise.ts';
import { joined, literal, matched } from '../sources.ts';
import { byTable, byWorst } from '../severity-rules.ts';
import { firstOf, valuesAt, type View } from '../view.ts';

const results = ['Results.Vulnerabilities', 'Results.Misconfigurations', 'Results.Secrets'];
const each = (name: string): readonly string[] => results.map((path) => `${path}.${name}`);

function kindOf(view: View): FindingKind {
  if (valuesAt(view, 'Results.Vulnerabilities').length > 0) return 'vulnerability';
  if (valuesAt(view, 'Results.Secrets').length > 0) return 'detection';
  return 'policy_violation';
}

const shared = {
  status: { from: [], closed: [], otherwise: 'open' },
  prose: literal(''),
} as const satisfies Partial<Declaration>;

/** Trivy's own JSON: one finding for the artefact that was scanned. Its `Status: fixed` says that there is a remedy. */
export const trivyReport = declare({
  ...shared,
  name: 'trivy-report',
  recognises: any(
    has('artifactname', 'results'),
    has('schemaversion', 'artifactname'),
    has('artifactname', 'artifacttype'),
  ),
  kind: kindOf,
  product: literal('Trivy'),
  title: joined(
    ': ',
    'ArtifactName',
    [...each('VulnerabilityID'), ...each('ID'), ...each('RuleID')],
    each('Title'),
  ),
  description: [...each('Title'), ...each('Description')],
  uid: ['ReportID', 'ArtifactID', 'Metadata.ImageID', 'ArtifactName'],
  time: 'CreatedAt',
  severity: [
    byWorst((view) => results.flatMap((path) => valuesAt(view, `${path}.Severity`).map(String))),
  ],
  analytic: { uid: literal('trivy'), name: literal('Trivy scan') },
  resources: [
    { type: 'other', name: 'ArtifactName', uid: 'Metadata.ImageID' },
    { type: 'other', name: ['Metadata.RepoTags'] },
    { type: 'other', name: [...each('PkgName'), 'Results.Target'] },
  ],
  remediation: { text: [...each('Resolution')], url: each('PrimaryURL') },
  link: each('PrimaryURL'),
});

const severityTag = new RE2(/Severity:\s*([A-Z]{3,8})/);

/** SARIF 2.1 of any scanner: one finding for a run; levels are error, warning, note. */
export const sarif = declare({
  ...shared,
  name: 'trivy-report',
  recognises: all(isList('runs'), firstIn('runs', has('tool.driver'))),
  items: 'runs',
  skips: (view) => valuesAt(view, 'results').length === 0,
  kind: (view) =>
    firstOf(view, 'results.ruleId').startsWith('CVE-') ? 'vulnerability' : 'policy_violation',
  product: ['tool.driver.name', literal('SARIF')],
  title: joined(
    ': ',
    'results.ruleId',
    ['tool.driver.rules.shortDescription.text', 'results.message.text'],
    'properties.imageName',
  ),
  description: ['results.message.text', 'tool.driver.rules.fullDescription.text'],
  uid: [
    'automationDetails.guid',
    'properties.imageID',
    'properties.imageName',
    'results.fingerprints.0',
    'results.guid',
    joined(
      '/',
      'tool.driver.name',
      'results.ruleId',
      'results.locations.physicalLocation.artifactLocation.uri',
    ),
  ],
  time: ['invocations.endTimeUtc', 'invocations.startTimeUtc'],
  severity: [
    byWorst(matched(severityTag, 'results.message.text')),
    byTable('results.level', { error: 4, warning: 3, note: 2, none: 1 }),
  ],
  analytic: { uid: 'tool.driver.name', name: 'tool.driver.name' },
  resources: [
    { type: 'other', name: 'properties.imageName', uid: 'properties.imageID' },
    { type: 'other', name: ['results.locations.physicalLocation.artifactLocation.uri'] },
    { type: 'repository', name: 'versionControlProvenance.repositoryUri' },
  ],
  remediation: { text: literal(''), url: 'tool.driver.rules.helpUri' },
  link: 'tool.driver.rules.helpUri',
});
