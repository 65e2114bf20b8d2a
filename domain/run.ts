import { SallyportError } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Plan } from './plan.ts';
import { applyDeadline, applyOutcome } from './run-answers.ts';
import { copyRun, endRun, settle, stepOf, type Draft } from './run-draft.ts';
import { applyGateDecided, applyGateOpened } from './run-gates.ts';
import { moveRun } from './run-states.ts';
import { drive } from './run-steps.ts';
import { enterStep } from './run-verify.ts';
import type { Advance, RunEvent, RunState } from './run.types.ts';

/** What a run starts from; everything else follows from its plan and events. */
export interface RunSeed {
  readonly key: string;
  readonly tenant: string;
  readonly incidentId: string;
  readonly incidentNumber: number;
  readonly planDigest: string;
  readonly policyDigest: string;
  readonly requester: string;
  readonly rehearsal: boolean;
  readonly facts: JsonObject;
  readonly receivedAtMs: number;
}

/** After this long a ticket is made without the optional lookups that have not answered. */
export const lookupPatienceMs = 20_000;
const seenMax = 256;

export function createRun(plan: Plan, seed: RunSeed): RunState {
  return {
    schema: 1,
    key: seed.key,
    tenant: seed.tenant,
    incidentId: seed.incidentId,
    incidentNumber: seed.incidentNumber,
    plan: { name: plan.name, version: plan.version, digest: seed.planDigest },
    policyDigest: seed.policyDigest,
    requester: seed.requester,
    rehearsal: seed.rehearsal,
    status: 'active',
    stepNo: 0,
    cursor: plan.start,
    transitions: 0,
    frames: [],
    facts: seed.facts,
    outputs: {},
    pending: {},
    gates: {},
    missing: [],
    deeds: [],
    ticketed: false,
    seen: [],
    outcome: null,
    lookupDeadlineMs: seed.receivedAtMs + lookupPatienceMs,
    times: { lookedUpMs: null, ticketedMs: null, decidedMs: null },
  };
}

export const runIsOver = (state: RunState): boolean =>
  state.status === 'done' || state.status === 'failed' || state.status === 'cancelled';

/**
 * The run as a pure function: applies one event and goes on until something must be done outside or waited for.
 * An event that does not fit (already answered, unknown, repeated) changes nothing, so hosts may deliver twice.
 */
export function advance(plan: Plan, state: RunState, event: RunEvent): Advance {
  if (runIsOver(state) || isRepeat(state, event)) return { state, commands: [] };
  const draft = copyRun(state);
  try {
    if (!apply(plan, draft, event)) return { state, commands: [] };
    noteTimes(state, draft, event);
    drive(plan, draft);
  } catch (error) {
    // What a playbook asked for and its data cannot give ends the run by name; a broken invariant parks it in its host.
    if (!(error instanceof SallyportError) || error.code === 'BROKEN_INVARIANT') throw error;
    endRun(draft, 'failed', `${draft.cursor ?? 'end'}: ${error.code}: ${error.message}`);
    draft.commands = [];
  }
  moveRun(state.status, draft.status);
  draft.stepNo += 1;
  const { commands, verified: _, ...next } = draft;
  return { state: next, commands };
}

function isRepeat(state: RunState, event: RunEvent): boolean {
  return 'id' in event && state.seen.includes(event.id);
}

/** Applies the event to the draft; false where it does not fit the state. */
function apply(plan: Plan, draft: Draft, event: RunEvent): boolean {
  if ('id' in event) draft.seen = [...draft.seen, event.id].slice(-seenMax);
  switch (event.kind) {
    case 'start':
      return draft.stepNo === 0;
    case 'outcome':
      return applyOutcome(plan, draft, { commandId: event.commandId, outcome: event.outcome });
    case 'gate-opened':
      return applyGateOpened(plan, draft, event);
    case 'gate-decided':
      return applyGateDecided(plan, draft, event);
    case 'lookup-deadline':
      return applyDeadline(plan, draft, event.commandId);
    case 'timer':
      return applyTimer(plan, draft, event.commandId);
    case 'findings':
      draft.facts = {
        ...draft.facts,
        incident: { ...objectOf(draft.facts['incident']), ...event.incident },
      };
      return true;
    case 'cancel':
      endRun(draft, 'cancelled', event.reason);
      return true;
  }
}

/** `before` still holds the command that the event answers. */
function noteTimes(before: RunState, draft: Draft, event: RunEvent): void {
  const { times } = draft;
  if (event.kind === 'gate-decided')
    draft.times = { ...times, decidedMs: times.decidedMs ?? event.atMs };
  if (event.kind !== 'outcome') return;
  const command = before.pending[event.commandId];
  if (command?.kind === 'lookup')
    draft.times = { ...times, lookedUpMs: times.lookedUpMs ?? event.atMs };
  if (command?.kind === 'effect' && draft.ticketed && !before.ticketed)
    draft.times = { ...times, ticketedMs: event.atMs };
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function applyTimer(plan: Plan, draft: Draft, commandId: string): boolean {
  const command = draft.pending[commandId];
  if (command?.kind !== 'wait') return false;
  settle(draft, commandId);
  const step = stepOf(plan, command.step);
  if (step.kind === 'wait') draft.cursor = step.next;
  else if (step.kind === 'action') enterStep(plan, draft, { kind: 'verify-retry', command });
  draft.status = 'active';
  return true;
}
