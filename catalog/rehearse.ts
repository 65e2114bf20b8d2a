import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { canonicalJson } from '../domain/digest.ts';
import { select } from '../domain/path.ts';
import type { Plan } from '../domain/plan.ts';
import { advance, createRun, runIsOver } from '../domain/run.ts';
import type { Command, Outcome, RunEvent, RunState } from '../domain/run.types.ts';
import type { RehearsalCase } from './cases.schema.ts';
import type { CatalogPlan } from './load.ts';
import { ordinaryFacts } from './ordinary-facts.ts';

/** What a playbook did in one case, and in what it differs from what was expected. */
export interface Rehearsal {
  readonly name: string;
  readonly differences: readonly string[];
  readonly state: RunState;
  readonly effects: readonly string[];
}

/** Far more events than any plan can cause: `planLimits.transitions` and the verifications end a run before. */
const eventsMax = 20_000;

/** Runs the playbook through the reducer with canned answers and votes. Nothing outside is touched; the clock stands still. */
export function rehearse({ plan, digest }: CatalogPlan, given: RehearsalCase): Rehearsal {
  const seed = {
    key: 'rehearsal',
    tenant: 'rehearsal',
    incidentId: 'inc_rehearsal',
    incidentNumber: 1,
    planDigest: digest,
    policyDigest: '',
    requester: 'rehearsal',
    rehearsal: false,
    facts: ordinaryFacts(given.finding ?? {}, given.incident ?? {}),
    receivedAtMs: 0,
  };
  const play: Play = { plan, given, effects: [], orders: new Map(), gatesOpened: 0 };
  let state = createRun(plan, seed);
  const events: RunEvent[] = [{ kind: 'start', atMs: 0 }];
  for (let count = 0; count < eventsMax && !runIsOver(state); count += 1) {
    const event = events.shift();
    if (event === undefined) break;
    const step = advance(plan, state, event);
    state = step.state;
    for (const command of step.commands) events.push(...answersTo(command, play));
  }
  return { name: given.name, differences: compare(state, play), state, effects: play.effects };
}

interface Play {
  readonly plan: Plan;
  readonly given: RehearsalCase;
  readonly effects: string[];
  readonly orders: Map<string, JsonObject>;
  gatesOpened: number;
}

function answersTo(command: Command, play: Play): readonly RunEvent[] {
  const outcome = (value: Outcome): readonly RunEvent[] => [
    { kind: 'outcome', atMs: 0, commandId: command.id, outcome: value },
  ];
  switch (command.kind) {
    case 'wait':
      return [{ kind: 'timer', atMs: 0, commandId: command.id }];
    case 'lookup':
      return outcome(lookUp(command, play));
    case 'effect':
      play.effects.push(command.call.capability);
      return outcome(
        canned(command.step, play) ?? {
          kind: 'ok',
          output: ordinaryOutput(command.call.capability),
        },
      );
    case 'open-gate':
      return openGate(command, play);
  }
}

function lookUp(command: Extract<Command, { kind: 'lookup' }>, play: Play): Outcome {
  const step = play.plan.steps[command.step];
  const answer = canned(step?.kind === 'action' ? `${command.step}.verify` : command.step, play);
  if (answer === null)
    return { kind: 'error', code: 'VENDOR_UNAVAILABLE', detail: 'no answer in this case' };
  if (answer.kind !== 'ok' || command.select['*'] === '$') return answer;
  const selected = Object.entries(command.select).flatMap(([field, path]) => {
    const value = select(path, answer.output);
    return value === undefined ? [] : [[field, value] as const];
  });
  return { kind: 'ok', output: Object.fromEntries(selected) };
}

function canned(key: string, play: Play): Outcome | null {
  const answers = play.given.answers ?? {};
  const answer = Object.hasOwn(answers, key) ? answers[key] : undefined;
  if (answer === undefined) return null;
  if ('error' in answer) return { kind: 'error', code: answer.error, detail: 'as this case says' };
  return { kind: 'ok', output: answer.answer };
}

function ordinaryOutput(capability: string): JsonObject {
  return capability.includes('.ticket.')
    ? { ticketId: 'T-1', url: 'https://tickets.example.com/T-1', created: true }
    : {};
}

function openGate(
  command: Extract<Command, { kind: 'open-gate' }>,
  play: Play,
): readonly RunEvent[] {
  play.gatesOpened += 1;
  const gateId = `gate-${play.gatesOpened}`;
  play.orders.set(command.step, {
    input: command.call.input,
    target: command.target,
    evidence: command.evidence,
  });
  const vote = play.given.votes?.[command.step] ?? 'expired';
  return [
    {
      kind: 'gate-opened',
      atMs: 0,
      commandId: command.id,
      gateId,
      orderDigest: `order-${play.gatesOpened}`,
    },
    {
      kind: 'gate-decided',
      atMs: 0,
      id: `decision-${play.gatesOpened}`,
      gateId,
      state: vote,
      detail: 'as this case says',
    },
  ];
}

function compare(state: RunState, play: Play): readonly string[] {
  const { expect } = play.given;
  const differences: string[] = [];
  const check = (what: string, expected: Json, found: Json): void => {
    if (canonicalJson(expected) !== canonicalJson(found))
      differences.push(
        `${what}: expected ${canonicalJson(expected)}, found ${canonicalJson(found)}`,
      );
  };
  check('status', expect.status ?? 'done', state.status);
  check('outcome', expect.outcome, state.outcome);
  check('effects', expect.effects, play.effects);
  if (expect.missing !== undefined)
    check(
      'missing',
      expect.missing,
      state.missing.map((gap) => gap.step),
    );
  for (const [gate, fields] of Object.entries(expect.gates ?? {})) {
    const order = play.orders.get(gate);
    if (order === undefined) differences.push(`gate ${gate} never opened`);
    else check(`gate ${gate}`, fields, projected(order, fields));
  }
  return differences;
}

/** The part of `value` that `shape` names, so that a case states only what matters to it. */
function projected(value: JsonObject, shape: JsonObject): JsonObject {
  const entries = Object.entries(shape).map(([name, part]): [string, Json] => {
    const found = Object.hasOwn(value, name) ? (value[name] ?? null) : null;
    return [name, isObject(part) && isObject(found) ? projected(found, part) : found];
  });
  return Object.fromEntries(entries);
}
