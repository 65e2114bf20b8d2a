/**
 * Says which findings are one problem: those with equal tenant, format, rule value and entity parts. Written in
 * `policy/correlation.yaml`; the first rule that fits a finding makes its key.
 */
export interface CorrelationRule {
  readonly id: string;
  /** Empty: every one. */
  readonly formats: readonly string[];
  readonly sources: readonly string[];
  /** CEL over `finding`; null: always. One that fails does not fit. */
  readonly when: string | null;
  /** The first that is there. */
  readonly rule: readonly string[];
  /** `first`: the first part that is there; `all`: every one that is there, together. None: the finding stands alone. */
  readonly entity: { readonly take: 'first' | 'all'; readonly parts: readonly KeyPart[] };
  /** Null: an incident takes alerts until it is closed. */
  readonly window: JoinWindow | null;
  /** An alert that comes so soon after its incident was closed opens that incident again. Zero: never. */
  readonly reopenMs: number;
}

/** An open incident takes another alert within `idleMs` of its last and `maxMs` of its first; later ones open another. */
export interface JoinWindow {
  readonly idleMs: number;
  readonly maxMs: number;
}

export interface KeyPart {
  /** Stands in the key beside the value, so that a host and a user of one name differ. */
  readonly name: string;
  readonly from: string;
}

/** What intake works out of a finding for the paths of correlation rules. Empty where the finding says nothing. */
export const entityFields = {
  title: 'the title without numbers and ids',
  resource: 'the first resource, as type:name',
  place: 'where it ran, as type:name: the pod’s owner, else workload, container, host',
  namespace: 'the first Kubernetes namespace',
  cluster: 'the first Kubernetes cluster',
  account: 'the first cloud account',
  region: 'the first cloud region',
  user: 'the first user who acted',
  process: 'the first process that acted',
  host: 'the first host',
  pod: 'the owner of the first pod',
  workload: 'the first workload',
  container: 'the name of the first container',
  cloud: 'the first cloud resource',
  repository: 'the first repository',
  service: 'the first service',
} as const;

export type EntityField = keyof typeof entityFields;
export type EntityFacts = { readonly [Field in EntityField]: string };

/** Fields of a finding that differ from one alert of a problem to the next, so that no key may hold them. */
export const unstableFields: readonly string[] = [
  'id',
  'time',
  'timeBasis',
  'status',
  'severityId',
  'severitySource',
  'notes',
];
