import { severityNames } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';

const finding: JsonObject = {
  schema: 1,
  id: 'fnd_rehearsal',
  tenant: 'rehearsal',
  format: 'generic',
  source: 'rehearsal',
  kind: 'detection',
  uid: 'rehearsal-1',
  title: 'A rehearsed finding',
  description: '',
  time: '2026-01-01T00:00:00Z',
  timeBasis: 'event',
  severityId: 4,
  severitySource: null,
  status: 'open',
  product: 'Rehearsal',
  analytic: null,
  resources: [],
  actors: [],
  observables: [],
  attacks: [],
  compliance: null,
  remediation: null,
  link: '',
  notes: [],
  unmapped: {},
};

/** Facts as the dispatcher gives them to a run, for an ordinary incident changed in what a case names. */
export function ordinaryFacts(findingFields: JsonObject, incidentFields: JsonObject): JsonObject {
  const changed: JsonObject = { ...finding, ...findingFields };
  const severityId = typeof changed['severityId'] === 'number' ? changed['severityId'] : 0;
  const incident: JsonObject = {
    id: 'inc_rehearsal',
    number: 1,
    key: 'rehearsal',
    severity: severityId,
    severityName: severityNames[severityId] ?? 'unknown',
    count: 1,
    title: changed['title'] ?? '',
    format: changed['format'] ?? '',
    kind: changed['kind'] ?? '',
    priority: 'P2',
    owner: 'security-triage',
    firstSeen: '2026-01-01T00:00:00Z',
    lastSeen: '2026-01-01T00:00:00Z',
    allClear: null,
    ...incidentFields,
  };
  const triage: JsonObject = {
    rule: { id: 'rehearsal', version: 1 },
    decision: { kind: 'ticket', form: 'full' },
    priority: { level: 'P2', why: 'a rehearsal' },
    owner: { team: 'security-triage', why: 'a rehearsal' },
  };
  return { incident, finding: changed, triage };
}
