import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { EffectItem, LookupItem } from '../activities/contract.ts';
import { isWorthRetrying } from '../domain/errors.ts';
import type { Plan } from '../domain/plan.ts';
import { advance, runIsOver } from '../domain/run.ts';
import type {
  Command,
  EffectCommand,
  LookupCommand,
  Outcome,
  RunEvent,
  RunState,
} from '../domain/run.types.ts';
import { readPlan, readRunState } from '../domain/upcast.ts';
import { respondId, workflowTaskTimeout } from './ids.ts';
import type { RespondInput, TriageInput } from './messages.ts';
import { batchProxies } from './proxies.ts';
import { respond } from './respond.ts';
import { refOf, reportOf } from './run-view.ts';

/** A run in the batch: still hosted here, or to be handed over with the reason why. */
interface Hosted {
  state: RunState;
  open: Command[];
  leaving: string | null;
  parked: boolean;
}

type Quick = LookupCommand | EffectCommand;

/**
 * Hosts up to 128 runs at once. Commands of one kind and turn travel in one activity per privilege class. A batch
 * never waits: what reaches a gate, an action or a timer, or fails at the first try, goes to an execution of its own.
 */
export async function triage(given: TriageInput): Promise<void> {
  const plans = Object.entries(given.plans).map(([digest, plan]) => [digest, readPlan(plan)]);
  const input = { ...given, plans: Object.fromEntries(plans), runs: given.runs.map(readRunState) };
  const batch = input.runs.map((state): Hosted => ({
    state,
    open: [],
    leaving: null,
    parked: false,
  }));
  for (const run of batch) feed(input, run, { kind: 'start', atMs: Date.now() });
  for (let turn = takeTurn(batch); turn.length > 0; turn = takeTurn(batch))
    await playTurn(input, turn);
  const leaving = batch.filter((run) => run.leaving !== null);
  await Promise.all(leaving.map((run) => handOver(input, run)));
  await batchProxies.record.settleBatch({
    batchId: input.batchId,
    tenant: input.tenant,
    runs: batch.map((run) => ({
      report: reportOf(run.state),
      movedTo: run.leaving === null ? null : respondId(run.state.key),
      why: run.leaving ?? '',
    })),
  });
}

/** One poisoned run must not hurt the others: it leaves in its last good state and parks in its own execution. */
function feed(input: TriageInput, run: Hosted, event: RunEvent): void {
  try {
    const { state, commands } = advance(planOf(input, run.state), run.state, event);
    run.state = state;
    run.open = [...commands];
  } catch (error) {
    run.open = [];
    run.leaving = error instanceof Error ? error.message : 'the reducer failed';
    run.parked = true;
  }
  const waiting = run.open.find((command) => !isQuick(command));
  if (waiting !== undefined) run.leaving = `waits: ${waiting.kind}`;
  else if (run.leaving === null && run.open.length === 0 && !runIsOver(run.state))
    run.leaving = 'waits';
}

function planOf(input: TriageInput, state: RunState): Plan {
  const plan = input.plans[state.plan.digest];
  if (plan === undefined) throw new Error(`no plan ${state.plan.digest} in the batch`);
  return plan;
}

const isQuick = (command: Command): command is Quick =>
  command.kind === 'lookup' ||
  (command.kind === 'effect' && command.call.privilege !== 'act' && command.orderDigest === null);

interface Move {
  readonly run: Hosted;
  readonly command: Quick;
}

function takeTurn(batch: readonly Hosted[]): Move[] {
  return batch
    .filter((run) => run.leaving === null)
    .flatMap((run) => run.open.filter(isQuick).map((command) => ({ run, command })));
}

async function playTurn(input: TriageInput, turn: readonly Move[]): Promise<void> {
  const lookups = turn.filter((move) => move.command.kind === 'lookup');
  const sets = [
    answer(input, lookups, (moves) => batchProxies.lookup.lookupMany(moves.map(lookupItem))),
    ...(['ticket', 'notify'] as const).map((name) => {
      const moves = turn.filter(
        (move) => move.command.kind === 'effect' && move.command.call.privilege === name,
      );
      return answer(input, moves, (items) =>
        batchProxies.effects[name].executeMany(items.map(effectItem)),
      );
    }),
  ];
  await Promise.all(sets);
}

const lookupItem = ({ run, command }: Move): LookupItem => ({
  run: refOf(run.state),
  command: command as LookupCommand,
});
const effectItem = ({ run, command }: Move): EffectItem => ({
  run: refOf(run.state),
  command: command as EffectCommand,
});

type Send = (moves: readonly Move[]) => Promise<readonly Outcome[]>;

/** A set whose activity failed as a whole is taken apart: each run goes on alone, with its command still open. */
async function answer(input: TriageInput, moves: readonly Move[], send: Send): Promise<void> {
  if (moves.length === 0) return;
  const outcomes = await send(moves).catch(() => null);
  moves.forEach((move, index) => {
    const outcome = outcomes?.[index];
    if (outcome === undefined) move.run.leaving = "the batch's activity failed";
    else if (outcome.kind === 'error' && isWorthRetrying(outcome.code))
      move.run.leaving = `${move.command.step}: ${outcome.code}`;
    else
      feed(input, move.run, {
        kind: 'outcome',
        atMs: Date.now(),
        commandId: move.command.id,
        outcome,
      });
  });
}

async function handOver(input: TriageInput, run: Hosted): Promise<void> {
  const plan = planOf(input, run.state);
  const args: [RespondInput] = [
    { schema: 1, plan, state: run.state, parked: run.parked ? run.leaving : null },
  ];
  try {
    await startChild(respond, {
      workflowId: respondId(run.state.key),
      taskQueue: workflowInfo().taskQueue,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowTaskTimeout,
      args,
    });
  } catch (error) {
    // An earlier batch started it and died before it could say so: the run has its host.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
