import { capabilityNamed } from '../connectors/registry.ts';
import type { CallContext, Capability, Connection } from '../connectors/contract.ts';
import { digestOf } from '../domain/digest.ts';
import { planEffect, type EffectPlan } from '../domain/effect.ts';
import { isErrorCode, isWorthRetrying, SallyportError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Order } from '../domain/order.ts';
import type { EffectClaim, EffectRow } from '../store/effects.ts';
import type { Doubt } from '../store/timeline.ts';
import type { EffectItem } from './contract.ts';
import type { ActivityDeps } from './deps.ts';

/** One effect on its way through the executor: what is to be called, and what is known of earlier tries. */
export interface EffectCase {
  readonly item: EffectItem;
  readonly key: string;
  readonly capability: Capability;
  readonly connection: Connection;
  /** As it was approved, tokens and all. */
  readonly input: JsonObject;
  readonly target: string | null;
  readonly order: Order | null;
  readonly row: EffectRow | null;
  readonly plan: EffectPlan;
  /** It may have been done in a time that a restored database does not know: looked up before it is called. */
  readonly doubt: Doubt | null;
}

export interface CaseParts {
  readonly item: EffectItem;
  readonly input: JsonObject;
  readonly capability: string;
  readonly order: Order | null;
  readonly row: EffectRow | undefined;
  readonly doubt: Doubt | undefined;
}

/** Joins an item with its capability and connection. GRANT_MISSING where this worker has no such connection. */
export function effectCase(deps: ActivityDeps, parts: CaseParts): EffectCase {
  const { item, order } = parts;
  const capability = capabilityNamed(parts.capability);
  const connection = deps.connections.get(item.command.call.connection);
  if (capability === null || connection === undefined) {
    throw new SallyportError(
      'GRANT_MISSING',
      `${parts.capability} cannot be called on ${item.command.call.connection} here`,
    );
  }
  const row = parts.row ?? null;
  return {
    item,
    key: item.command.idempotencyKey,
    capability,
    connection,
    input: parts.input,
    target: order?.target.id ?? null,
    order,
    row,
    doubt: parts.doubt ?? null,
    plan: planEffect(
      row === null
        ? null
        : { state: row.state, leaseLive: isLeaseLive(deps, row), retryable: mayRetry(row) },
    ),
  };
}

/** Of its own leases a process knows more than any clock, which may jump. */
function isLeaseLive(deps: ActivityDeps, row: EffectRow): boolean {
  const isOurs = row.lease_owner === String(deps.instance);
  return isOurs ? deps.underWay.has(row.key) : row.lease_live;
}

/** `detail` of a failed effect begins with its code. */
function mayRetry(row: EffectRow): boolean {
  const code = row.detail.split(':', 1)[0] ?? '';
  return isErrorCode(code) && isWorthRetrying(code);
}

export function claimOf(effect: EffectCase, state: EffectClaim['state']): EffectClaim {
  const { item } = effect;
  return {
    key: effect.key,
    tenant: item.run.tenant,
    incidentId: item.run.incidentId,
    runKey: item.run.key,
    step: item.command.step,
    capability: effect.capability.manifest.name,
    connection: effect.connection.name,
    target: effect.target,
    orderDigest: item.command.orderDigest,
    inputDigest: digestOf('sallyport/effect-input/v1', effect.input),
    seenFence: effect.row?.fence ?? 0,
    state,
  };
}

export function callContext(
  deps: Pick<ActivityDeps, 'egress' | 'clock' | 'ports'>,
  call: { connection: Connection; key: string; tenant: string; signal: AbortSignal },
): CallContext {
  return {
    connection: call.connection,
    http: deps.egress.clientFor(call.connection),
    idempotencyKey: call.key,
    tenant: call.tenant,
    clock: deps.clock,
    signal: call.signal,
    ports: deps.ports,
  };
}
