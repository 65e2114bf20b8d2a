import type { JsonObject } from './json.ts';

/**
 * The normalised, redacted form of one alert. Field names and enums follow OCSF 1.8 (https://schema.ocsf.io/1.8.0)
 * where it has them; everything is bounded by `findingLimits`.
 */
export interface Finding {
  readonly schema: 1;
  readonly id: string;
  readonly tenant: string;
  /** Which connector of ours understood it: `falco`, `wazuh`, …, `generic`, `manual` or `unparsed`. */
  readonly format: string;
  readonly source: string;
  readonly kind: FindingKind;
  /** The sender's own id of the finding where it has a stable one, else derived from what identifies it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** RFC 3339 with the precision that the sender gave; null where it gave none. */
  readonly time: string | null;
  readonly timeBasis: 'event' | 'received';
  readonly severityId: SeverityId;
  /** What the sender wrote and where, so that a reader can check the mapping. */
  readonly severitySource: { readonly path: string; readonly value: string } | null;
  readonly status: FindingStatus;
  readonly product: string;
  readonly analytic: { readonly uid: string; readonly name: string } | null;
  readonly resources: readonly Resource[];
  readonly actors: readonly Actor[];
  readonly observables: readonly Observable[];
  readonly attacks: readonly string[];
  readonly compliance: {
    readonly standard: string;
    readonly control: string;
    readonly status: string;
  } | null;
  readonly remediation: { readonly text: string; readonly url: string } | null;
  readonly link: string;
  /** Why the parser gave up, for `unparsed`; notes such as `duplicate-keys` otherwise. */
  readonly notes: readonly string[];
  readonly unmapped: JsonObject;
}

export type FindingKind =
  | 'detection'
  | 'policy_violation'
  | 'vulnerability'
  | 'incident'
  | 'operational'
  | 'audit'
  | 'intelligence'
  | 'cost'
  | 'unparsed';

/** OCSF severity_id: 0 unknown, 1 informational, 2 low, 3 medium, 4 high, 5 critical, 6 fatal. */
export type SeverityId = 0 | 1 | 2 | 3 | 4 | 5 | 6;
/** From here on an incident is critical: it waits behind no other. */
export const criticalSeverity: SeverityId = 5;
export type FindingStatus = 'open' | 'closed' | 'unknown';

export const severityNames = [
  'unknown',
  'informational',
  'low',
  'medium',
  'high',
  'critical',
  'fatal',
] as const;

export interface Resource {
  readonly type:
    | 'host'
    | 'pod'
    | 'workload'
    | 'container'
    | 'cloud'
    | 'repository'
    | 'service'
    | 'account'
    | 'other';
  readonly uid: string;
  readonly name: string;
  readonly namespace?: string;
  readonly cluster?: string;
  readonly account?: string;
  readonly region?: string;
}

export interface Actor {
  readonly type: 'user' | 'process' | 'service' | 'unknown';
  readonly name: string;
  readonly uid?: string;
}

/** A typed value seen. `role` says on which side it stood. */
export interface Observable {
  readonly type:
    | 'ip'
    | 'hostname'
    | 'domain'
    | 'url'
    | 'hash'
    | 'user'
    | 'email'
    | 'file'
    | 'process'
    | 'mac'
    | 'port'
    | 'other';
  readonly value: string;
  readonly role: 'actor' | 'target' | 'artifact';
}

export const findingLimits = {
  titleChars: 256,
  descriptionChars: 4096,
  uidChars: 512,
  textChars: 1024,
  resources: 20,
  actors: 10,
  observables: 50,
  attacks: 20,
  notes: 10,
  unmappedBytes: 16_384,
  findingBytes: 48_000,
} as const;
