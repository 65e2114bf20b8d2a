import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';

/**
 * What a format reader makes of one alert: a finding that is not yet redacted, bounded or named. An empty `uid` means
 * that the sender gave none, so that one is derived from what the alert says.
 */
export type Draft = Omit<Finding, 'schema' | 'id' | 'tenant' | 'source' | 'timeBasis'>;

/** What the wrappings around an alert said about it: used where the alert itself is silent. */
export interface Envelope {
  readonly uid: string;
  readonly time: string | null;
  readonly type: string;
  readonly product: string;
  readonly account: string;
  readonly region: string;
}

export const noEnvelope: Envelope = {
  uid: '',
  time: null,
  type: '',
  product: '',
  account: '',
  region: '',
};

/** One product's format. `recognises` looks at the body only: content types and file names lie. */
export interface FormatReader {
  readonly name: string;
  recognises(value: JsonObject): boolean;
  /** Folded keys of which a body that it recognises has at least one at its top; without them it is always asked. */
  readonly heads?: readonly string[];
  /** True for what carries other products' alerts: asked only after nothing else is known inside it. */
  readonly carrier?: boolean;
  /** None where the alert says that all is well (a passed check). */
  read(value: JsonObject, envelope: Envelope): readonly Draft[];
}

type Given = Partial<Draft> & Pick<Draft, 'format' | 'kind' | 'title'>;

export function draft(given: Given): Draft {
  return { ...blank, ...given };
}

const blank: Omit<Draft, 'format' | 'kind' | 'title'> = {
  uid: '',
  description: '',
  time: null,
  severityId: 0,
  severitySource: null,
  status: 'unknown',
  product: '',
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
