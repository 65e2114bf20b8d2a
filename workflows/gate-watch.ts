import { sleep } from '@temporalio/workflow';
import type { GateAnswer, GateMessages, GateOccasion } from '../activities/contract.ts';
import { effectKey } from '../domain/run-effects.ts';
import type { EffectCommand, OpenGateCommand } from '../domain/run.types.ts';
import type { CommandRunnerDeps } from './command-runner.ts';
import { insist } from './insist.ts';
import { refOf } from './run-view.ts';

type OpenedGate = Extract<GateAnswer, { kind: 'opened' }>;

/**
 * Tells people, reminds them, escalates, and then the deadline: expiry means denied. The row decides, since a vote may
 * have come just before. Messages hold nothing up: what cannot be said is not said.
 */
export async function watchGate(
  deps: CommandRunnerDeps,
  command: OpenGateCommand,
  gate: OpenedGate,
): Promise<void> {
  const { gateId, expiresAtMs, tell } = gate;
  const openedMs = Date.now();
  const leftMs = (): number => Math.max(expiresAtMs - Date.now(), 1);
  say(deps, { command, gate, occasion: 'opened' });
  if (command.remindMs < leftMs()) {
    await sleep(command.remindMs);
    say(deps, { command, gate, occasion: 'reminder' });
    await deps.proxies.record.remindGate({ gateId });
  }
  if (tell !== undefined && openedMs + tell.escalateMs < expiresAtMs) {
    await sleep(Math.max(openedMs + tell.escalateMs - Date.now(), 1));
    say(deps, { command, gate, occasion: 'escalation' });
  }
  for (;;) {
    await sleep(leftMs());
    const { state, detail } = await deps.proxies.record.expireGate({ gateId });
    if (state !== 'open') {
      return deps.post({
        kind: 'gate-decided',
        atMs: Date.now(),
        id: `${gateId}/deadline`,
        gateId,
        state,
        detail,
      });
    }
  }
}

interface Saying {
  readonly command: OpenGateCommand;
  readonly gate: OpenedGate;
  readonly occasion: GateOccasion;
}

/** Passes the executor as every effect: a repeat of the same word is answered by its key. */
function say(deps: CommandRunnerDeps, { command, gate, occasion }: Saying): void {
  if (gate.tell === undefined) return;
  const message = messageOf(gate.tell, command, occasion);
  const keyed = { ...message, idempotencyKey: effectKey(deps.state(), message) };
  void insist(gate.expiresAtMs, async () => {
    const [answer] = await deps.proxies.effects.notify.executeMany([
      { run: refOf(deps.state()), command: keyed },
    ]);
    return answer;
  }).catch(() => undefined);
}

function messageOf(
  { connection, capability, connectorVersion, texts }: GateMessages,
  command: OpenGateCommand,
  occasion: GateOccasion,
): EffectCommand {
  return {
    kind: 'effect',
    id: `${command.id}/tell-${occasion}`,
    step: command.step,
    iteration: command.iteration,
    call: {
      capability,
      connectorVersion,
      connection,
      effect: 'reversible',
      privilege: 'notify',
      input: { ...texts[occasion] },
    },
    idempotencyKey: '',
    ticket: null,
    orderDigest: null,
    gateId: null,
    purpose: 'act',
  };
}
