import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { GateDecisionState, VoteJudgement } from '../activities/contract.ts';
import { advance, runIsOver } from '../domain/run.ts';
import type { RunEvent, RunState } from '../domain/run.types.ts';
import type { SignedVote } from '../domain/vote.ts';
import { readPlan, readRunState } from '../domain/upcast.ts';
import { createCommandRunner } from './command-runner.ts';
import {
  cancelSignal,
  findingsSignal,
  stateQuery,
  voteSignal,
  voteUpdate,
  type RespondInput,
  type VoteMessage,
} from './messages.ts';
import { runProxies } from './proxies.ts';
import { reportOf } from './run-view.ts';

/** Histories stay short, so that a worker that takes over replays in well under a second. */
const historyEventsMax = 1_000;

/**
 * Hosts one run to its end: retries, votes, signals, timers. Everything that it decides is in the reducer; what it
 * adds is patience. Rolls over near 1,000 events, with the run's whole state as input.
 */
export async function respond(given: RespondInput): Promise<void> {
  // What an earlier version started or rolled over is read here; what a newer one did waits for code that knows it.
  const input = { ...given, plan: readPlan(given.plan) };
  let state: RunState = readRunState(given.state);
  const events: RunEvent[] = [];
  const runner = createCommandRunner({
    proxies: runProxies,
    post: (event) => events.push(event),
    state: () => state,
  });

  takeMessages(events, () => state);
  if (input.parked !== null) return park(state, { why: input.parked, events });
  if (state.stepNo === 0) events.push({ kind: 'start', atMs: Date.now() });
  runner.resume(Object.values(state.pending));

  while (!runIsOver(state)) {
    await condition(() => events.length > 0 || mustRoll(runner.idle()));
    if (events.length === 0) {
      await condition(allHandlersFinished);
      if (events.length === 0) await continueAsNew<typeof respond>({ ...input, state });
    }
    state = await applyAll(input, { state, events, runner });
  }
  await condition(allHandlersFinished);
  await runProxies.record.recordRun(reportOf(state));
  // A vote may have come while that was written: an execution that ends before its answer leaves it judged by nobody.
  await condition(allHandlersFinished);
}

/** Every handler is there before the first await; each returns at once or waits for one activity only. */
function takeMessages(events: RunEvent[], state: () => RunState): void {
  setHandler(stateQuery, state);
  setHandler(voteUpdate, (message) => judge(message), { validator: checkVote });
  setHandler(voteSignal, async (message) => {
    if (isVote(message)) await judge(message);
    else await cast(message);
  });
  setHandler(
    cancelSignal,
    (message) =>
      void events.push({
        kind: 'cancel',
        atMs: Date.now(),
        id: message.id,
        reason: message.reason,
      }),
  );
  setHandler(
    findingsSignal,
    (message) =>
      void events.push({
        kind: 'findings',
        atMs: Date.now(),
        id: message.id,
        incident: message.incident,
      }),
  );

  async function judge({ voteId }: VoteMessage): Promise<VoteJudgement> {
    const judgement = await runProxies.record.judgeVote({ voteId });
    if (judgement.gate.state !== 'open')
      events.push(decided({ id: voteId, ...judgement, state: judgement.gate.state }));
    return judgement;
  }

  /** A signal has no answer: what is not a vote is only refused, by an activity that does not retry. */
  async function cast(message: SignedVote): Promise<void> {
    const judgement = await runProxies.record.castVote(message).catch(() => null);
    if (judgement === null || judgement.gate.state === 'open') return;
    events.push(decided({ ...judgement, id: judgement.voteId, state: judgement.gate.state }));
  }
}

interface Drained {
  readonly state: RunState;
  readonly events: RunEvent[];
  readonly runner: ReturnType<typeof createCommandRunner>;
}

/** Applies what has come in, records it once, and only then sends what follows from it. */
async function applyAll(
  input: RespondInput,
  { state, events, runner }: Drained,
): Promise<RunState> {
  let current = state;
  const commands = [];
  for (const event of events.splice(0)) {
    const step = advance(input.plan, current, event);
    current = step.state;
    commands.push(...step.commands.filter((command) => command.id in current.pending));
  }
  if (current.status !== state.status && !runIsOver(current))
    await runProxies.record.recordRun(reportOf(current));
  await runner.close(state, current);
  runner.resume(commands);
  return current;
}

function mustRoll(idle: boolean): boolean {
  const info = workflowInfo();
  return idle && (info.historyLength > historyEventsMax || info.continueAsNewSuggested);
}

/** A parked run waits for a person to cancel it or for code that understands it; nothing is lost meanwhile. */
async function park(
  state: RunState,
  { why, events }: { readonly why: string; readonly events: readonly RunEvent[] },
): Promise<void> {
  await runProxies.record.recordRun(
    reportOf({ ...state, status: 'parked', outcome: why, stepNo: state.stepNo + 1 }),
  );
  await condition(() => events.some((event) => event.kind === 'cancel'));
  await condition(allHandlersFinished);
  await runProxies.record.recordRun(
    reportOf({ ...state, status: 'cancelled', outcome: why, stepNo: state.stepNo + 2 }),
  );
  await condition(allHandlersFinished);
}

interface Decision {
  readonly id: string;
  readonly gateId: string;
  readonly why: string;
  readonly state: GateDecisionState;
}

const decided = ({ id, gateId, state, why }: Decision): RunEvent => ({
  kind: 'gate-decided',
  atMs: Date.now(),
  id,
  gateId,
  state,
  detail: why,
});

const voteIdCharsMax = 64;

function isVote(message: unknown): message is VoteMessage {
  const id =
    typeof message === 'object' && message !== null && 'voteId' in message
      ? message.voteId
      : undefined;
  return typeof id === 'string' && id.length > 0 && id.length <= voteIdCharsMax;
}

/** Shape only, and synchronous: who may vote is judged in an activity, so that a refusal is recorded. */
function checkVote(message: VoteMessage): void {
  if (!isVote(message)) throw new Error('a vote names its id');
}
