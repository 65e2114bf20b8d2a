import { capabilityNamed } from '../connectors/registry.ts';
import { canonicalJson } from '../domain/digest.ts';
import { SallyportError } from '../domain/errors.ts';
import { isGranted } from '../domain/grant.ts';
import { globMatches } from '../domain/glob.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Order } from '../domain/order.ts';
import { activeStop, type StopSwitch } from '../domain/switch.ts';
import { checkWarrant, type WarrantVerdict } from '../domain/warrant.ts';
import { verifyVote } from '../platform/signature.ts';
import { countRecentEffects } from '../store/effects.ts';
import { loadWarrantFile } from '../store/warrants.ts';
import { callContext, type EffectCase } from './effect-case.ts';
import type { RunRef } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { recordedError } from './outcome.ts';
import { refuseProtected, targetNames } from './target-names.ts';

/**
 * Everything that must hold before an effect, in the order of the design: digest and warrant, kill switch, protected
 * target, budget, preconditions read anew. Throws the refusal; changes nothing.
 */
export async function guardEffect(
  deps: ActivityDeps,
  effect: EffectCase,
  switches: readonly StopSwitch[],
): Promise<void> {
  if (effect.item.command.orderDigest !== null) await guardWarrant(deps, effect);
  guardGrant(deps, effect);
  guardSwitches(effect, switches);
  if (effect.order === null) return;
  await guardTarget(deps, effect, effect.order);
  await guardBudget(deps, effect);
  if (effect.item.command.purpose === 'act') await guardPrecondition(deps, effect, effect.order);
}

async function guardWarrant(deps: ActivityDeps, effect: EffectCase): Promise<void> {
  const { command } = effect.item;
  const digest = command.orderDigest ?? '';
  const file = await loadWarrantFile(deps.db, { orderDigest: digest, purpose: command.purpose });
  if (file === null) throw new SallyportError('WARRANT_REFUSED', 'no gate ever held this order');
  const refusedBefore = recordedError(file.warrant?.voidReason ?? '');
  if (refusedBefore !== null) throw refusedBefore;
  // A try that certainly left nothing behind spent the warrant for this very effect: it may be repeated, not widened.
  const spentByUs = effect.row !== null && effect.row.order_digest === digest;
  const warrant =
    file.warrant !== null && spentByUs ? { ...file.warrant, usedAtMs: null } : file.warrant;
  const verdict = checkWarrant({
    ...file,
    warrant,
    orderDigest: digest,
    nowMs: deps.clock.nowMs(),
    purpose: command.purpose,
    verifySignature: verifyVote,
  });
  if (!verdict.ok) throw refusalOf(verdict);
  guardConnection(effect, file.order);
}

function refusalOf(verdict: Extract<WarrantVerdict, { ok: false }>): SallyportError {
  const { why, earlyMs } = verdict;
  if (earlyMs === undefined) return new SallyportError('WARRANT_REFUSED', why);
  return new SallyportError('ORDER_EARLY', why, { retryAfterMs: Math.min(earlyMs, earlyMsMax) });
}

/** However far ahead its time seems: a clock that is put right again is noticed this soon. */
const earlyMsMax = 30_000;

/** The order names where it goes: a connection that was changed since is another order. */
function guardConnection(effect: EffectCase, order: Order): void {
  const { name, connector, address, secretRef } = effect.connection;
  const same =
    canonicalJson({ ...order.connection }) ===
    canonicalJson({ name, connector, address, secretRef });
  if (!same)
    throw new SallyportError('WARRANT_REFUSED', 'the connection was changed after the vote');
}

/** Policy as it is now decides, so that a grant that is taken back counts at once, also for plans compiled before. */
function guardGrant(deps: ActivityDeps, effect: EffectCase): void {
  const use = {
    playbook: effect.item.run.playbook,
    connection: effect.connection.name,
    capability: effect.capability.manifest.name,
  };
  if (!isGranted(deps.policy().grants, use))
    throw new SallyportError(
      'GRANT_MISSING',
      `${use.playbook} may not use ${use.capability} on ${use.connection}`,
    );
}

function guardSwitches(effect: EffectCase, switches: readonly StopSwitch[]): void {
  const stop = activeStop(switches, {
    connector: effect.connection.connector,
    playbook: effect.item.run.playbook,
    isTicket: effect.item.command.ticket !== null,
    isAction: effect.item.command.orderDigest !== null,
  });
  if (stop !== null)
    throw new SallyportError('STOPPED', `${stop.scope} is stopped: ${stop.reason}`);
}

async function guardTarget(deps: ActivityDeps, effect: EffectCase, order: Order): Promise<void> {
  const { target } = order;
  const policy = deps.policy();
  const { manifest } = effect.capability;
  const { run } = effect.item;
  const names = await targetNames(deps, { policy, manifest, target, act: null, run });
  refuseProtected(policy, { kind: target.kind, names });
}

async function guardBudget(deps: ActivityDeps, effect: EffectCase): Promise<void> {
  if (effect.row !== null) return;
  const name = effect.capability.manifest.name;
  for (const budget of deps.policy().budgets.filter((each) => globMatches(each.capability, name))) {
    const capabilityLike = budget.capability
      .replaceAll('\\', '\\\\')
      .replaceAll('%', '\\%')
      .replaceAll('_', '\\_')
      .replaceAll('*', '%');
    const spent = await countRecentEffects(deps.db, {
      connection: effect.connection.name,
      capabilityLike,
      windowMs: budget.windowMs,
    });
    if (spent >= budget.max)
      throw new SallyportError('BUDGET_SPENT', `${budget.id}: ${spent} of ${budget.max} were used`);
  }
}

async function guardPrecondition(
  deps: ActivityDeps,
  effect: EffectCase,
  order: Order,
): Promise<void> {
  if (order.precondition === null) return;
  const state = await readTargetState(
    deps,
    { ...effect, run: effect.item.run },
    order.precondition.capability,
  );
  const before = order.precondition.state;
  const changed = Object.keys(before).filter(
    (field) => canonicalJson(before[field] ?? null) !== canonicalJson(state[field] ?? null),
  );
  if (changed.length > 0)
    throw new SallyportError(
      'PRECONDITION_CHANGED',
      `changed since the evidence: ${changed.join(', ')}`,
    );
}

/**
 * Reads the target's state with the act class's own credential. The fields that the manifest names are redacted as
 * everything is that a product answers, so equal values compare equal.
 */
export async function readTargetState(
  deps: ActivityDeps,
  effect: Pick<EffectCase, 'capability' | 'connection' | 'input'> & { readonly run: RunRef },
  capabilityName: string,
): Promise<JsonObject> {
  const read = capabilityNamed(capabilityName);
  const fields = effect.capability.manifest.precondition?.fields ?? [];
  if (read === null)
    throw new SallyportError('GRANT_MISSING', `there is no capability ${capabilityName}`);
  const { run } = effect;
  const known = Object.keys((read.manifest.input['properties'] ?? {}) as JsonObject);
  const input = Object.fromEntries(
    Object.entries(effect.input).filter(([name]) => known.includes(name)),
  );
  const clear = await deps.reveal(input, {
    tenant: run.tenant,
    incidentId: run.incidentId,
    runKey: run.key,
    capability: capabilityName,
    privilege: 'act',
    kinds: read.manifest.reveals,
  });
  const signal = AbortSignal.timeout(readTimeoutMs);
  const answer = await read.call(
    read.parseInput(clear),
    callContext(deps, { connection: effect.connection, key: '', tenant: run.tenant, signal }),
  );
  const chosen = Object.fromEntries(fields.map((field) => [field, answer[field] ?? null]));
  return deps.redact(chosen) as JsonObject;
}

const readTimeoutMs = 10_000;
