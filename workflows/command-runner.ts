import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import { isWorthRetrying } from '../domain/errors.ts';
import type {
  Command,
  EffectCommand,
  LookupCommand,
  OpenGateCommand,
  RunEvent,
  RunState,
  WaitCommand,
} from '../domain/run.types.ts';
import { watchGate } from './gate-watch.ts';
import { respondId } from './ids.ts';
import type { Proxies } from './proxies.ts';
import { insist, patience } from './insist.ts';
import { refOf } from './run-view.ts';

export interface CommandRunnerDeps {
  readonly proxies: Proxies;
  readonly post: (event: RunEvent) => void;
  readonly state: () => RunState;
}

export interface CommandRunner {
  /** Starts work on each command; the answers are posted as events. Commands are idempotent, so a resume repeats them. */
  resume(commands: readonly Command[]): void;
  /** Ends timers of gates that are over, and voids gates that the run left open. */
  close(before: RunState, after: RunState): Promise<void>;
  /** True while nothing but gates and long timers is under way: the moment to roll over. */
  idle(): boolean;
}

export function createCommandRunner(deps: CommandRunnerDeps): CommandRunner {
  const scopes = new Map<string, CancellationScope>();
  let busy = 0;

  function start(command: Command): void {
    const scope = new CancellationScope({ cancellable: true });
    scopes.set(command.id, scope);
    const waits = command.kind === 'open-gate' || command.kind === 'wait';
    if (!waits) busy += 1;
    void scope
      .run(() => work(deps, command))
      .catch((error: unknown) => {
        if (!isCancellation(error)) deps.post(failed(command, error));
      })
      .finally(() => {
        if (!waits) busy -= 1;
        scopes.delete(command.id);
      });
  }

  return {
    resume: (commands) => commands.forEach(start),
    idle: () => busy === 0,
    async close(before, after) {
      for (const id of Object.keys(before.pending)) {
        const command = before.pending[id];
        if (command !== undefined && !(id in after.pending) && command.kind !== 'effect')
          scopes.get(id)?.cancel();
      }
      const ended = after.cursor === null && after.status === 'cancelled';
      const open = Object.values(after.gates).filter((gate) => gate.state === 'open');
      if (ended)
        await Promise.all(
          open.map((gate) =>
            deps.proxies.record.voidGate({ gateId: gate.gateId, reason: 'the run was cancelled' }),
          ),
        );
    },
  };
}

function failed(command: Command, error: unknown): RunEvent {
  const detail = error instanceof Error ? error.message : 'failed';
  return {
    kind: 'outcome',
    atMs: Date.now(),
    commandId: command.id,
    outcome: { kind: 'error', code: 'BROKEN_INVARIANT', detail },
  };
}

function work(deps: CommandRunnerDeps, command: Command): Promise<void> {
  switch (command.kind) {
    case 'lookup':
      return runLookup(deps, command);
    case 'effect':
      return runEffect(deps, command);
    case 'open-gate':
      return runGate(deps, command);
    case 'wait':
      return runWait(deps, command);
  }
}

async function runLookup(deps: CommandRunnerDeps, command: LookupCommand): Promise<void> {
  const untilMs = Date.now() + patience.lookupMs;
  const deadlineMs = deps.state().lookupDeadlineMs - Date.now();
  const timed = new CancellationScope({ cancellable: true });
  const mayBeLate = !command.required && !command.late && !command.id.includes('/verify');
  if (mayBeLate) {
    void timed
      .run(() => sleep(Math.max(deadlineMs, 1)))
      .then(() => deps.post({ kind: 'lookup-deadline', atMs: Date.now(), commandId: command.id }))
      .catch(() => undefined);
  }
  const outcome = await insist(untilMs, async () => {
    const [answer] = await deps.proxies.lookup.lookupMany([{ run: refOf(deps.state()), command }]);
    return answer;
  });
  timed.cancel();
  deps.post({ kind: 'outcome', atMs: Date.now(), commandId: command.id, outcome });
}

async function runEffect(deps: CommandRunnerDeps, command: EffectCommand): Promise<void> {
  const queue = command.call.privilege;
  if (queue === 'lookup') throw new Error('a lookup is not an effect');
  const outcome = await insist(Date.now() + patience.effectMs, async () => {
    const [answer] = await deps.proxies.effects[queue].executeMany([
      { run: refOf(deps.state()), command },
    ]);
    return answer;
  });
  deps.post({ kind: 'outcome', atMs: Date.now(), commandId: command.id, outcome });
}

async function runGate(deps: CommandRunnerDeps, command: OpenGateCommand): Promise<void> {
  const answer = await deps.proxies.gates.openGate({
    run: refOf(deps.state()),
    command,
    workflowId: respondId(deps.state().key),
  });
  if (answer.kind === 'error') {
    const pauseMs = Math.max(answer.retryAfterMs ?? 0, patience.pauseMsMin * 5);
    if (!isWorthRetrying(answer.code))
      return deps.post({
        kind: 'outcome',
        atMs: Date.now(),
        commandId: command.id,
        outcome: answer,
      });
    await sleep(pauseMs);
    return runGate(deps, command);
  }
  deps.post({
    kind: 'gate-opened',
    atMs: Date.now(),
    commandId: command.id,
    gateId: answer.gateId,
    orderDigest: answer.orderDigest,
  });
  if (answer.state !== 'open') {
    return deps.post({
      kind: 'gate-decided',
      atMs: Date.now(),
      id: `${answer.gateId}/resumed`,
      gateId: answer.gateId,
      state: answer.state,
      detail: answer.detail,
    });
  }
  await watchGate(deps, command, answer);
}

async function runWait(deps: CommandRunnerDeps, command: WaitCommand): Promise<void> {
  await sleep(command.durationMs);
  deps.post({ kind: 'timer', atMs: Date.now(), commandId: command.id });
}
