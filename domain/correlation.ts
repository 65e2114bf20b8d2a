import type { SeverityId } from './finding.ts';

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
  /** When an incident is over by itself; null: a person closes it. */
  readonly clear: ClearRule | null;
  readonly flapping: Flapping | null;
}

/**
 * `event`: it is closed so long after its all-clear. `absence`: a complete report of its source came without it.
 * `windows`: so many windows passed without an alert while its source was alive.
 */
export type ClearRule =
  | { readonly by: 'event'; readonly afterMs: number }
  | { readonly by: 'absence' }
  | { readonly by: 'windows'; readonly windows: number; readonly ofMs: number };

/** An incident with so many all-clears within a while is told about once in `holdMs`. */
export interface Flapping {
  readonly clears: number;
  readonly withinMs: number;
  readonly holdMs: number;
}

/** Which different problems are shown as one case. */
export interface CasePolicy {
  readonly withinMs: number;
  /** Incidents of one case; what goes beyond is counted only. */
  readonly membersMax: number;
  readonly keys: readonly CaseKeyRule[];
}

export interface CaseKeyRule {
  readonly kind: string;
  /** Paths that must all give something. A list, where it is the only path, gives a key for each of its values. */
  readonly from: readonly string[];
  readonly severityMin: SeverityId;
  /** Globs over the value in lower case: what so many share that it says nothing. */
  readonly except: readonly string[];
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
  workloadPath: 'the first workload or the owner of the first pod, with its namespace',
} as const;

export type EntityField = keyof typeof entityFields;
/** `indicators` are for cases: hashes, and domains and public addresses that acted. */
export type EntityFacts = { readonly [Field in EntityField]: string } & {
  readonly indicators: readonly string[];
};

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
