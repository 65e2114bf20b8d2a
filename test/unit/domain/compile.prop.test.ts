import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePlaybook } from '../../../domain/compile.ts';
import { planLimits, type Plan } from '../../../domain/plan.ts';
import type { PlaybookSource, StepSource } from '../../../domain/playbook.schema.ts';
import { advance, createRun, runIsOver } from '../../../domain/run.ts';
import type { Command, Outcome, RunEvent, RunState } from '../../../domain/run.types.ts';
import { compileContext } from '../../support/playbooks.ts';

/** A playbook of steps that lead only forward, so that most of them compile; some bypass a gate and must not. */
const stepCount = 8;
const kinds = ['lookup', 'if', 'ticket', 'notify', 'wait', 'gated', 'gated', 'loop'] as const;
const forward = (index: number): fc.Arbitrary<string> =>
  fc
    .integer({ min: index + 1, max: stepCount })
    .map((at) => (at === stepCount ? 'done' : `s${at}`));
const input = { host: 'web-7' };

function stepsOf(
  index: number,
  kind: (typeof kinds)[number],
  [a, b]: readonly [string, string],
): Record<string, StepSource> {
  const id = `s${index}`;
  const verify = { capability: 'edr.host.read', input, when: "answer.status == 'contained'" };
  switch (kind) {
    case 'lookup':
      return {
        [id]: {
          lookup: 'edr.host.read',
          connection: 'edr',
          input,
          select: { status: '$.status' },
          next: a,
        },
      };
    case 'if':
      return { [id]: { if: 'finding.severityId >= 4', then: a, else: b } };
    case 'ticket':
      return { [id]: { ticket: 'ensure', connection: 'tickets', next: a } };
    case 'notify':
      return {
        [id]: {
          notify: 'board.message.send',
          connection: 'tickets',
          input: { text: 'x' },
          next: a,
        },
      };
    case 'wait':
      return { [id]: { wait: '5m', next: a } };
    case 'loop':
      return {
        [id]: {
          each: { path: '$.finding.resources[*].name' },
          max: 5,
          do: {
            [`${id}-in`]: { wait: '1s' },
            [`${id}-tell`]: { ticket: 'comment', connection: 'tickets' },
          },
          next: a,
        },
      };
    case 'gated':
      return {
        [id]: { gate: `${id}-act`, evidence: {}, expires: '1h', denied: b },
        [`${id}-act`]: {
          action: 'edr.host.contain',
          connection: 'edr',
          gate: id,
          input,
          undo: { capability: 'edr.host.lift' },
          verify,
          next: a,
          failed: b,
        },
      };
  }
}

const source: fc.Arbitrary<PlaybookSource> = fc
  .tuple(
    ...Array.from({ length: stepCount }, (_, index) =>
      fc.record({ kind: fc.constantFrom(...kinds), a: forward(index), b: forward(index) }),
    ),
  )
  .map((list) => ({
    playbook: 'random',
    version: 1,
    title: 'Random',
    author: 'tests',
    start: 's0',
    steps: Object.assign({}, ...list.map(({ kind, a, b }, index) => stepsOf(index, kind, [a, b])), {
      done: { end: 'done' },
    }) as Record<string, StepSource>,
  }));

/** Only what can be reached: an unreachable step is a problem, not what is tested here. */
function pruned(given: PlaybookSource): Plan | null {
  let steps = given.steps;
  for (let round = 0; round < stepCount * 2; round += 1) {
    const compiled = compilePlaybook({ ...given, steps }, compileContext);
    if (compiled.kind === 'plan') return compiled.plan;
    const lost = new Set(
      compiled.problems
        .filter((each) => each.rule === 'step-unreachable')
        .map((each) => String(each.path[1])),
    );
    if (lost.size === 0) return null;
    steps = Object.fromEntries(Object.entries(steps).filter(([id]) => !lost.has(id)));
  }
  return null;
}

interface Dice {
  readonly outcomes: readonly number[];
  at: number;
}

function roll(dice: Dice, sides: number): number {
  const value = dice.outcomes[dice.at % dice.outcomes.length] ?? 0;
  dice.at += 1;
  return value % sides;
}

function answer(command: Command, dice: Dice, seen: Seen): readonly RunEvent[] {
  if (command.kind === 'wait') return [{ kind: 'timer', atMs: 0, commandId: command.id }];
  if (command.kind === 'open-gate') {
    if (roll(dice, 6) === 5)
      return [
        {
          kind: 'outcome',
          atMs: 0,
          commandId: command.id,
          outcome: { kind: 'error', code: 'TARGET_PROTECTED', detail: '' },
        },
      ];
    const gateId = `gate-${(seen.gates += 1)}`;
    const state = (['approved', 'denied', 'expired', 'void'] as const)[roll(dice, 4)] ?? 'denied';
    if (state === 'approved') seen.approved.add(command.action);
    return [
      { kind: 'gate-opened', atMs: 0, commandId: command.id, gateId, orderDigest: 'o' },
      { kind: 'gate-decided', atMs: 0, id: gateId, gateId, state, detail: '' },
    ];
  }
  if (command.kind === 'effect' && command.call.effect === 'disruptive')
    seen.disruptive.push(command.step);
  return [{ kind: 'outcome', atMs: 0, commandId: command.id, outcome: outcome(roll(dice, 6)) }];
}

function outcome(side: number): Outcome {
  if (side === 0) return { kind: 'error', code: 'VENDOR_UNAVAILABLE', detail: '' };
  if (side === 1) return { kind: 'error', code: 'PRECONDITION_CHANGED', detail: '' };
  if (side === 2) return { kind: 'held', detail: '' };
  return { kind: 'ok', output: { status: side === 3 ? 'contained' : 'normal' } };
}

interface Seen {
  gates: number;
  readonly approved: Set<string>;
  readonly disruptive: string[];
}

function play(plan: Plan, dice: Dice): { readonly state: RunState; readonly seen: Seen } {
  const facts = {
    incident: { count: 1 },
    finding: {
      severityId: roll(dice, 7),
      resources: Array.from({ length: roll(dice, 9) }, () => ({ name: 'h' })),
    },
  };
  const seed = {
    key: 'k',
    tenant: 't',
    incidentId: 'i',
    incidentNumber: 1,
    planDigest: 'd',
    policyDigest: '',
    requester: 'r',
    rehearsal: false,
    facts,
    receivedAtMs: 0,
  };
  const seen: Seen = { gates: 0, approved: new Set(), disruptive: [] };
  let state = createRun(plan, seed);
  const events: RunEvent[] = [{ kind: 'start', atMs: 0 }];
  for (
    let event = events.shift();
    event !== undefined && !runIsOver(state);
    event = events.shift()
  ) {
    const step = advance(plan, state, event);
    state = step.state;
    for (const command of step.commands) events.push(...answer(command, dice, seen));
  }
  return { state, seen };
}

const rolls = fc
  .array(fc.nat(1_000), { minLength: 5, maxLength: 60 })
  .map((outcomes): Dice => ({ outcomes, at: 0 }));

describe('any plan that compiles', () => {
  let compiled = 0;

  test('ends within the bound of transitions, whatever comes back', () => {
    fc.assert(
      fc.property(source, rolls, (given, dice) => {
        const plan = pruned(given);
        if (plan === null) return;
        compiled += 1;
        const { state } = play(plan, dice);
        expect(runIsOver(state)).toBe(true);
        expect(state.transitions).toBeLessThanOrEqual(planLimits.transitions);
        expect(state.outcome).not.toBe('too many steps');
      }),
      { numRuns: 300 },
    );
    expect(compiled).toBeGreaterThan(50);
  });

  test('does nothing disruptive before its own gate was approved', () => {
    let acted = 0;
    fc.assert(
      fc.property(source, rolls, (given, dice) => {
        const plan = pruned(given);
        if (plan === null) return;
        const { seen } = play(plan, dice);
        acted += seen.disruptive.length;
        expect(seen.disruptive.every((step) => seen.approved.has(step))).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(acted).toBeGreaterThan(5);
  });

  test('compiles to the same digest again', () => {
    fc.assert(
      fc.property(source, (given) => {
        const [first, second] = [
          compilePlaybook(given, compileContext),
          compilePlaybook(structuredClone(given), compileContext),
        ];
        expect(first).toEqual(second);
      }),
      { numRuns: 50 },
    );
  });
});
