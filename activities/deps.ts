import type { Connection, ConnectorPorts } from '../connectors/contract.ts';
import type { PrivilegeClass } from '../domain/capability.ts';
import type { Policy } from '../domain/policy.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Clock } from '../platform/clock.ts';
import type { Egress } from '../platform/http.ts';
import type { Counted } from '../platform/metrics.ts';
import type { Database } from '../store/database.ts';
import type { UnderWay } from './under-way.ts';

/** What one worker process hands to its activities. Each privilege class gets the connections that it may use only. */
export interface ActivityDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly egress: Egress;
  readonly ports: ConnectorPorts;
  /** The policy in force now: what protects and bounds counts at once, whatever a run froze. */
  readonly policy: () => Policy;
  /** Redacts what a product answered before it is stored anywhere. */
  readonly redact: (value: Json) => Json;
  /** Turns tokens of the allowed kinds back, writes down that it did, and refuses others. */
  readonly reveal: (value: JsonObject, reason: RevealReason) => Promise<JsonObject>;
  /** Holder of leases: dies with the process, see `store/instance.ts`. */
  readonly instance: number;
  /** What this process is at right now, see `activities/under-way.ts`. */
  readonly underWay: UnderWay;
  readonly observe: (stage: string, ms: number) => void;
  /** Counts how something ended. */
  readonly count: (what: Counted, outcome: string) => void;
}

export interface RevealReason {
  readonly tenant: string;
  readonly incidentId: string;
  readonly runKey: string;
  readonly capability: string;
  /** The privilege class of the call: where the clear text goes to. */
  readonly privilege: PrivilegeClass;
  readonly kinds: readonly string[];
}
