import { describe, expect, it } from 'vitest';
import { advance } from '../../../domain/run.ts';
import type { Plan, PlanStep } from '../../../domain/plan.ts';
import type { Advance, Command, Outcome, RunEvent, RunState } from '../../../domain/run.types.ts';
import {
  aCall,
  aLookup,
  anAction,
  aPlan,
  aRun,
  aTicket,
  containPlan,
  end,
} from '../../support/plans.ts';

const ok = (output = {}): Outcome => ({ kind: 'ok', output });
const failed = (code: 'TARGET_ABSENT' | 'PRECONDITION_CHANGED' | 'WARRANT_REFUSED'): Outcome => ({
  kind: 'error',
  code,
  detail: 'said no',
});
const start: RunEvent = { kind: 'start', atMs: 0 };

function answer(plan: Plan, at: Advance, outcome: Outcome): Advance {
  const command = at.commands[0];
  if (command === undefined) throw new Error('nothing was sent');
  return advance(plan, at.state, { kind: 'outcome', atMs: 1, commandId: command.id, outcome });
}

function openGate(plan: Plan, at: Advance, gateId = 'gat_1'): Advance {
  return advance(plan, at.state, {
    kind: 'gate-opened',
    atMs: 1,
    commandId: sent(at).id,
    gateId,
    orderDigest: 'o'.repeat(64),
  });
}

const decide = (
  plan: Plan,
  state: RunState,
  verdict: 'approved' | 'denied' | 'expired' | 'void',
): Advance =>
  advance(plan, state, {
    kind: 'gate-decided',
    atMs: 2,
    id: `vot_${verdict}`,
    gateId: 'gat_1',
    state: verdict,
    detail: 'said so',
  });

function sent(at: Advance): Command {
  const command = at.commands[0];
  if (command === undefined) throw new Error('nothing was sent');
  return command;
}

/** Up to the open gate of the contain plan. */
function atGate(plan: Plan): Advance {
  const looked = answer(plan, advance(plan, aRun(plan), start), ok({ criticality: 'crown' }));
  return openGate(plan, answer(plan, looked, ok({ ticketId: '1' })));
}

describe('a run', () => {
  it('asks for its first lookup and waits for the answer', () => {
    const { state, commands } = advance(containPlan(), aRun(containPlan()), start);
    expect(commands.map((command) => command.kind)).toEqual(['lookup']);
    expect(state.pending).toHaveProperty('asset#0');
  });

  it('takes a second answer to the same command for a repeat', () => {
    const plan = containPlan();
    const first = advance(plan, aRun(plan), start);
    const once = answer(plan, first, ok());
    const event: RunEvent = {
      kind: 'outcome',
      atMs: 1,
      commandId: 'asset#0',
      outcome: ok({ criticality: 'low' }),
    };
    expect(advance(plan, once.state, event)).toEqual({ state: once.state, commands: [] });
  });

  it('goes on without an optional lookup that failed, and says what is missing', () => {
    const plan = containPlan();
    const next = answer(plan, advance(plan, aRun(plan), start), failed('TARGET_ABSENT'));
    expect(next.state.missing).toEqual([{ step: 'asset', why: 'TARGET_ABSENT: said no' }]);
    expect(sent(next).kind).toBe('effect');
  });

  it('goes on without an optional lookup that cannot even be asked', () => {
    const blind = {
      ...aLookup('ticket'),
      call: aCall('assets.asset.find', 'lookup', {
        name: { kind: 'path', path: '$.finding.nothing' },
      }),
    } as PlanStep;
    const plan = aPlan({ asset: blind, ticket: aTicket('done'), done: end() });
    const next = advance(plan, aRun(plan), start);
    expect(next.state.missing).toEqual([
      { step: 'asset', why: expect.stringContaining('INPUT_INVALID') },
    ]);
    expect(sent(next).kind).toBe('effect');
  });

  it('fails where a required lookup failed', () => {
    const plan = aPlan({ asset: aLookup('done', true), done: end() });
    const next = answer(plan, advance(plan, aRun(plan), start), failed('TARGET_ABSENT'));
    expect(next.state).toMatchObject({
      status: 'failed',
      cursor: null,
      outcome: 'asset: TARGET_ABSENT: said no',
    });
  });

  it('gives a ticket the same key whatever run asks for it', () => {
    const key = (runKey: string, digest: string): string => {
      const plan = aPlan({ ticket: aTicket('done'), done: end() });
      const command = sent(
        advance(
          plan,
          aRun(plan, { key: runKey, plan: { name: 'sample', version: 1, digest } }),
          start,
        ),
      );
      return command.kind === 'effect' ? command.idempotencyKey : '';
    };
    expect(key('run_1', 'a')).toBe(key('run_2', 'b'));
    expect(key('run_1', 'a')).toHaveLength(64);
  });

  it('waits at its gate and acts only when it is approved, naming the signed order', () => {
    const plan = containPlan();
    const gate = atGate(plan);
    expect(gate.state.status).toBe('waiting');
    expect(gate.commands).toEqual([]);
    const acted = decide(plan, gate.state, 'approved');
    expect(sent(acted)).toMatchObject({
      kind: 'effect',
      gateId: 'gat_1',
      orderDigest: 'o'.repeat(64),
      purpose: 'act',
    });
  });

  it.each(['denied', 'expired'] as const)('does nothing when its gate is %s', (verdict) => {
    const plan = containPlan();
    const over = decide(plan, atGate(plan).state, verdict);
    expect(over.commands).toEqual([]);
    expect(over.state).toMatchObject({ status: 'done', outcome: 'denied' });
  });

  it('keeps a decision that comes before the word that its gate is open', () => {
    const plan = containPlan();
    const looked = answer(plan, advance(plan, aRun(plan), start), ok());
    const asking = answer(plan, looked, ok({ ticketId: '1' }));
    const early = decide(plan, asking.state, 'approved');
    expect(early.commands).toEqual([]);
    const opened = openGate(plan, { state: early.state, commands: asking.commands });
    expect(sent(opened)).toMatchObject({ kind: 'effect', gateId: 'gat_1' });
  });

  it('ignores a decision that comes twice', () => {
    const plan = containPlan();
    const acted = decide(plan, atGate(plan).state, 'approved');
    expect(decide(plan, acted.state, 'approved')).toEqual({ state: acted.state, commands: [] });
  });

  it('asks its gate anew, as another iteration, where the target changed since the vote', () => {
    const plan = containPlan();
    const acted = decide(plan, atGate(plan).state, 'approved');
    const again = answer(plan, acted, failed('PRECONDITION_CHANGED'));
    expect(sent(again)).toMatchObject({ kind: 'open-gate', iteration: 1, id: 'ask#1' });
  });

  it('goes to the failed branch where the executor refuses', () => {
    const plan = containPlan();
    const over = answer(
      plan,
      decide(plan, atGate(plan).state, 'approved'),
      failed('WARRANT_REFUSED'),
    );
    expect(over.state.outcome).toBe('failed');
    expect(over.state.deeds.at(-1)).toMatchObject({
      outcome: 'refused',
      capability: 'crowdstrike.host.contain',
    });
  });

  it('verifies an action until the world shows it', () => {
    const plan = containPlan(true);
    const acted = answer(plan, decide(plan, atGate(plan).state, 'approved'), ok({ changed: true }));
    expect(sent(acted)).toMatchObject({ kind: 'lookup', id: 'contain#0/verify0' });
    const paused = answer(plan, acted, ok({ status: 'containment_pending' }));
    expect(sent(paused)).toMatchObject({ kind: 'wait', durationMs: 1000 });
    const again = advance(plan, paused.state, {
      kind: 'timer',
      atMs: 3,
      commandId: sent(paused).id,
    });
    const over = answer(plan, again, ok({ status: 'contained' }));
    expect(over.state).toMatchObject({ status: 'done', outcome: 'contained' });
  });

  it('passes the deadline of an optional lookup, and comments on the ticket when the answer comes late', () => {
    const plan = aPlan({ asset: aLookup('ticket'), ticket: aTicket('done'), done: end() });
    const first = advance(plan, aRun(plan), start);
    const late = advance(plan, first.state, {
      kind: 'lookup-deadline',
      atMs: 2,
      commandId: 'asset#0',
    });
    expect(late.state.missing).toEqual([{ step: 'asset', why: 'no answer in time' }]);
    const ticketed = answer(plan, late, ok({ ticketId: '1' }));
    expect(ticketed.state.status).toBe('waiting');
    const commented = advance(plan, ticketed.state, {
      kind: 'outcome',
      atMs: 9,
      commandId: 'asset#0',
      outcome: ok({ criticality: 'crown' }),
    });
    expect(sent(commented)).toMatchObject({
      kind: 'effect',
      ticket: { verb: 'comment' },
      call: { capability: 'board.ticket.comment' },
    });
    expect(answer(plan, commented, ok()).state).toMatchObject({ status: 'done', missing: [] });
  });

  it('runs the body of a loop once for each item, with a path of its own', () => {
    const plan = aPlan({
      hosts: {
        kind: 'each',
        items: { kind: 'literal', value: ['a', 'b'] },
        max: 5,
        body: 'tell',
        next: 'done',
      },
      tell: {
        kind: 'notify',
        call: aCall('webhook.message.send', 'notify', {
          subject: { kind: 'path', path: '$.item' },
        }),
        next: 'turn',
      },
      turn: { kind: 'endBody', outcome: '' },
      done: end(),
    });
    const first = advance(plan, aRun(plan), start);
    const second = answer(plan, first, ok());
    expect([sent(first).id, sent(second).id]).toEqual(['hosts[0]/tell#0', 'hosts[1]/tell#0']);
    expect(answer(plan, second, ok()).state.status).toBe('done');
  });

  it('changes nothing outside in a rehearsal', () => {
    const plan = containPlan(true);
    const looked = advance(plan, aRun(plan, { rehearsal: true }), start);
    const over = answer(plan, looked, ok());
    expect(over.commands).toEqual([]);
    expect(over.state).toMatchObject({ status: 'done', outcome: 'contained' });
    expect(over.state.deeds.map((deed) => deed.outcome)).toEqual(['simulated', 'simulated']);
  });

  it('parks by an assertion rather than act without its gate', () => {
    const plan = aPlan({ contain: anAction('ask', 'done'), done: end(), failed: end('failed') });
    expect(() => advance(plan, aRun(plan), start)).toThrow('an action passes its gate');
  });

  it('fails by name where a condition cannot be evaluated', () => {
    const plan = aPlan({
      check: { kind: 'if', condition: 'finding.nothing == 1', then: 'done', else: 'done' },
      done: end(),
    });
    expect(advance(plan, aRun(plan), start).state).toMatchObject({
      status: 'failed',
      outcome: expect.stringContaining('EXPRESSION_FAILED'),
    });
  });
});
