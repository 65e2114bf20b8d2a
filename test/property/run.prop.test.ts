import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, runIsOver } from '../../domain/run.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Command, Outcome, RunEvent, RunState } from '../../domain/run.types.ts';
import { aLookup, aPlan, aRun, aTicket, containPlan, end } from '../support/plans.ts';

const plans = {
  quick: aPlan({
    asset: aLookup('intel'),
    intel: aLookup('ticket'),
    ticket: aTicket('done'),
    done: end(),
  }),
  contain: containPlan(),
  verified: containPlan(true),
};

const outcomes: fc.Arbitrary<Outcome> = fc.constantFrom<Outcome>(
  { kind: 'ok', output: { criticality: 'crown', status: 'contained' } },
  { kind: 'ok', output: {} },
  { kind: 'error', code: 'TARGET_ABSENT', detail: 'gone' },
  { kind: 'error', code: 'PRECONDITION_CHANGED', detail: 'changed' },
  { kind: 'error', code: 'WARRANT_REFUSED', detail: 'no' },
  { kind: 'held', detail: 'lost' },
);

/** A choice of what happens next: which open command is answered, how, and what else comes in between. */
const happenings = fc.record({
  pick: fc.nat(),
  outcome: outcomes,
  verdict: fc.constantFrom('approved', 'denied', 'expired', 'void' as const),
  noise: fc.constantFrom('none', 'repeat', 'deadline', 'findings', 'stray' as const),
});
type Happening = typeof happenings extends fc.Arbitrary<infer T> ? T : never;

const answerTo = (
  state: RunState,
  command: Command,
  { outcome, verdict }: Happening,
  turn: number,
): RunEvent => {
  if (command.kind === 'wait') return { kind: 'timer', atMs: turn, commandId: command.id };
  if (command.kind !== 'open-gate')
    return { kind: 'outcome', atMs: turn, commandId: command.id, outcome };
  const gateId = `gat_${command.id}`;
  const open = state.gates[command.step]?.gateId === gateId;
  if (!open)
    return {
      kind: 'gate-opened',
      atMs: turn,
      commandId: command.id,
      gateId,
      orderDigest: `order of ${command.id}`,
    };
  return {
    kind: 'gate-decided',
    atMs: turn,
    id: `vot_${turn}`,
    gateId,
    state: verdict,
    detail: '',
  };
};

function noiseOf(state: RunState, { noise, pick }: Happening, turn: number): RunEvent | null {
  const ids = Object.keys(state.pending);
  const id = ids[pick % Math.max(ids.length, 1)] ?? 'none#0';
  if (noise === 'deadline') return { kind: 'lookup-deadline', atMs: turn, commandId: id };
  if (noise === 'findings')
    return { kind: 'findings', atMs: turn, id: `f${turn}`, incident: { count: turn } };
  if (noise === 'stray')
    return {
      kind: 'outcome',
      atMs: turn,
      commandId: 'never-sent#0',
      outcome: { kind: 'held', detail: '' },
    };
  return null;
}

interface Played {
  readonly sent: readonly Command[];
  readonly states: readonly RunState[];
}

/** Plays a run to its end (or as far as the happenings reach); each repeat must change nothing. */
function play(plan: Plan, story: readonly Happening[], checkRepeats = true): Played {
  const first = advance(plan, aRun(plan), { kind: 'start', atMs: 0 });
  let { state } = first;
  const sent = [...first.commands];
  const states = [state];
  story.forEach((happening, turn) => {
    const open = Object.values(state.pending);
    const noise = noiseOf(state, happening, turn + 1);
    const command = open[happening.pick % Math.max(open.length, 1)];
    for (const event of [
      noise,
      command === undefined ? null : answerTo(state, command, happening, turn + 1),
    ]) {
      if (event === null) continue;
      const next = advance(plan, state, event);
      sent.push(...next.commands);
      if (checkRepeats && event.kind === 'outcome')
        expect(advance(plan, next.state, event)).toEqual({ state: next.state, commands: [] });
      state = next.state;
      states.push(state);
    }
  });
  return { sent, states };
}

const planArbitrary = fc.constantFrom(...Object.values(plans));
const stories = fc.array(happenings, { maxLength: 40 });

describe('any run, whatever happens in whatever order', () => {
  it('sends no command twice', () => {
    fc.assert(
      fc.property(planArbitrary, stories, (plan, story) => {
        const ids = play(plan, story).sent.map((command) => command.id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('has no two effects with one key, but tickets of one purpose', () => {
    fc.assert(
      fc.property(planArbitrary, stories, (plan, story) => {
        const keys = play(plan, story).sent.flatMap((command) =>
          command.kind === 'effect' && command.ticket?.verb !== 'ensure'
            ? [command.idempotencyKey]
            : [],
        );
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('acts only on a gate that was approved, with the digest of its order', () => {
    fc.assert(
      fc.property(fc.constantFrom(plans.contain, plans.verified), stories, (plan, story) => {
        const { sent, states } = play(plan, story);
        for (const command of sent) {
          if (command.kind !== 'effect' || command.call.privilege !== 'act') continue;
          const approved = states.some(
            (state) =>
              state.gates['ask']?.gateId === command.gateId &&
              state.gates['ask']?.state === 'approved',
          );
          expect(approved && command.orderDigest !== null).toBe(true);
        }
      }),
    );
  });

  it('counts its steps upwards and stays over once it is over', () => {
    fc.assert(
      fc.property(planArbitrary, stories, (plan, story) => {
        const { states } = play(plan, story);
        states
          .slice(1)
          .forEach((state, index) =>
            expect(state.stepNo).toBeGreaterThanOrEqual(states[index]?.stepNo ?? 0),
          );
        const over = states.findIndex(runIsOver);
        if (over >= 0)
          expect(states.slice(over).every((state) => state === states[over])).toBe(true);
      }),
    );
  });

  it('goes the same way in another host: cutting the state over at any point changes no command', () => {
    fc.assert(
      fc.property(planArbitrary, stories, fc.nat({ max: 40 }), (plan, story, cut) => {
        const whole = play(plan, story, false).sent;
        const first = advance(plan, aRun(plan), { kind: 'start', atMs: 0 });
        let { state } = first;
        const sent = [...first.commands];
        story.forEach((happening, turn) => {
          if (turn === cut) state = JSON.parse(JSON.stringify(state)) as RunState;
          const noise = noiseOf(state, happening, turn + 1);
          const open = Object.values(state.pending);
          const command = open[happening.pick % Math.max(open.length, 1)];
          for (const event of [
            noise,
            command === undefined ? null : answerTo(state, command, happening, turn + 1),
          ]) {
            if (event === null) continue;
            const next = advance(plan, state, event);
            sent.push(...next.commands);
            state = next.state;
          }
        });
        expect(sent).toEqual(whole);
      }),
    );
  });
});
