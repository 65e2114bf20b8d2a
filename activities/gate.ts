import { randomBytes } from 'node:crypto';
import { capabilityNamed } from '../connectors/registry.ts';
import type { Capability, Connection } from '../connectors/contract.ts';
import { needsGate } from '../domain/capability.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Order } from '../domain/order.ts';
import type { ApprovalRule, Policy } from '../domain/policy.ts';
import { approvalRuleOf, type Act } from '../domain/target-rules.ts';
import { isoTime } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import { findGate, openGate, type Gate } from '../store/gates.ts';
import type { GateActivities, GateAnswer, GateItem } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { readTargetState } from './effect-guard.ts';
import { gateMessages } from './gate-messages.ts';
import { errorOutcome } from './outcome.ts';
import { refuseProtected, targetNames } from './target-names.ts';

/** Prepares the order of an action, everything resolved, and opens the gate where people decide on it. */
export function createGateActivities(deps: ActivityDeps): GateActivities {
  return {
    openGate: async (item) => {
      try {
        const known = await gateOf(deps, item);
        return answerOf(known ?? (await open(deps, item)));
      } catch (error) {
        return errorOutcome(error);
      }
    },
  };
}

/** A repeat of the same command finds its gate: the order holds a nonce, so it cannot be made again. */
const gateOf = (deps: ActivityDeps, { run, command }: GateItem): Promise<Gate | null> =>
  findGate(deps.db, { runKey: run.key, step: command.id, iteration: command.iteration });

async function open(deps: ActivityDeps, item: GateItem): Promise<Gate> {
  const order = await prepareOrder(deps, item);
  const opened = await deps.db.transaction(async (tx) => {
    const gate = await openGate(tx, { order, workflowId: item.workflowId }, deps.clock);
    await tx.query(
      `update incidents set state = 'responding', changed_at = clock_timestamp(), changed_by = 'gatekeeper', change_reason = 'a gate waits'
                     where id = $1 and state in ('triage', 'handled')`,
      [order.incidentId],
    );
    failpoint('gate-before-commit');
    return gate;
  });
  failpoint('gate-after-commit');
  return opened;
}

function answerOf(gate: Gate): GateAnswer {
  const tell = gateMessages(gate);
  return {
    kind: 'opened',
    gateId: gate.id,
    orderDigest: gate.orderDigest,
    state: gate.state,
    detail: gate.reason,
    expiresAtMs: Date.parse(gate.expiresAt),
    ...(tell === null ? {} : { tell }),
  };
}

async function prepareOrder(deps: ActivityDeps, item: GateItem): Promise<Order> {
  const { run, command } = item;
  const { capability, connection } = partsOf(deps, item);
  const { manifest } = capability;
  const policy = deps.policy();
  const target = targetOf(capability, command.target);
  const act = { effect: manifest.effect, capability: manifest.name };
  const names = await targetNames(deps, { policy, manifest, target, act, run });
  refuseProtected(policy, { kind: target.kind, names });
  const rule = ruleFor(policy, { ...act, names });
  const precondition = await preconditionOf(deps, item, { capability, connection });
  const nowMs = deps.clock.nowMs();
  return {
    schema: 1,
    tenant: run.tenant,
    incidentId: run.incidentId,
    runKey: run.key,
    step: command.id,
    iteration: command.iteration,
    capability: manifest.name,
    connectorVersion: command.call.connectorVersion,
    connection: {
      name: connection.name,
      connector: connection.connector,
      address: connection.address,
      secretRef: connection.secretRef,
    },
    effect: manifest.effect,
    target,
    parameters: command.call.input,
    evidence: command.evidence,
    precondition,
    reach: manifest.reach,
    undo: undoOf(command),
    playbook: {
      name: run.playbook,
      version: run.version,
      digest: run.planDigest,
      author: await authorOf(deps, run.planDigest),
    },
    policyDigest: run.policyDigest,
    rule,
    requester: run.requester,
    notBefore: isoTime(nowMs),
    expiresAt: isoTime(nowMs + Math.min(command.expiresMs, rule.expiresMs)),
    nonce: randomBytes(16).toString('base64url'),
  };
}

function partsOf(
  deps: ActivityDeps,
  { command }: GateItem,
): { capability: Capability; connection: Connection } {
  const capability = capabilityNamed(command.call.capability);
  const connection = deps.connections.get(command.call.connection);
  if (capability === null || connection === undefined) {
    throw new SallyportError(
      'GRANT_MISSING',
      `${command.call.capability} cannot be called on ${command.call.connection} here`,
    );
  }
  return { capability, connection };
}

function targetOf(capability: Capability, target: Json): Order['target'] {
  if (typeof target !== 'string' || target === '')
    throw new SallyportError('INPUT_INVALID', 'the target has no name');
  return { kind: capability.manifest.target?.kind ?? 'thing', id: target };
}

/** The load of the policy made sure that there is one for every effect that needs it. */
function ruleFor(policy: Policy, act: Act & { readonly names: readonly string[] }): ApprovalRule {
  const rule = approvalRuleOf(policy, act);
  if (rule === null)
    throw new SallyportError(
      'POLICY_INVALID',
      `no approval rule for ${act.capability} (${needsGate(act.effect) ? 'gated' : 'free'})`,
    );
  return rule;
}

async function preconditionOf(
  deps: ActivityDeps,
  item: GateItem,
  parts: { capability: Capability; connection: Connection },
): Promise<Order['precondition']> {
  const declared = parts.capability.manifest.precondition;
  if (declared === null) return null;
  const reading = { run: item.run, ...parts, input: item.command.call.input };
  return {
    capability: declared.capability,
    state: await readTargetState(deps, reading, declared.capability),
  };
}

function undoOf(command: GateItem['command']): Order['undo'] {
  if (command.undo === null) return null;
  const effect = capabilityNamed(command.undo.capability)?.manifest.effect;
  if (effect === undefined)
    throw new SallyportError(
      'PLAYBOOK_INVALID',
      `there is no capability ${command.undo.capability}`,
    );
  return { capability: command.undo.capability, effect, parameters: command.undo.input };
}

async function authorOf(deps: ActivityDeps, planDigest: string): Promise<string> {
  const [row] = await deps.db.query<{ author: string }>(
    'select author from plans where digest = $1',
    [planDigest],
  );
  return row?.author ?? '';
}
