import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VoteJudgement } from '../../activities/contract.ts';
import type { Plan } from '../../domain/plan.ts';
import type { RunState } from '../../domain/run.types.ts';
import type { SignedVote } from '../../domain/vote.ts';
import { systemClock } from '../../platform/clock.ts';
import { createDeliverVote } from '../../server/deliver-vote.ts';
import { respondId, taskQueues } from '../../workflows/ids.ts';
import { cancelSignal, stateQuery, voteSignal, voteUpdate } from '../../workflows/messages.ts';
import { quick, runsOf, triage } from '../support/batches.ts';
import { activities, approved, beginAnew, world } from '../support/hosted-world.ts';
import { aVote, people } from '../support/orders.ts';
import { containPlan } from '../support/plans.ts';
import { startWorkflowHost, type WorkflowHost } from '../support/workflow-host.ts';

let host: WorkflowHost;
beforeAll(async () => {
  host = await startWorkflowHost(activities);
}, 120_000);
afterAll(() => host.stop());
beforeEach(beginAnew);

describe('a run of its own', () => {
  async function atGate(
    verified = false,
  ): Promise<{ handle: ReturnType<WorkflowHost['client']['workflow']['getHandle']>; key: string }> {
    const plan = containPlan(verified);
    const [run] = runsOf(plan, 1);
    const key = run?.key ?? '';
    await triage(host.client, plan, [run as RunState]);
    return { handle: host.client.workflow.getHandle(respondId(key)), key };
  }

  /** The judgement of one vote waits until the test gives it. */
  function holdJudge(held: string): {
    judged: PromiseWithResolvers<VoteJudgement>;
    asked: () => Promise<void>;
  } {
    const judged = Promise.withResolvers<VoteJudgement>();
    const seen: string[] = [];
    world.judge = (voteId) => {
      seen.push(voteId);
      return voteId === held ? judged.promise : approved;
    };
    return { judged, asked: () => expect.poll(() => seen, { timeout: 20_000 }).toContain(held) };
  }

  it('acts once its vote is judged to approve', async () => {
    const { handle } = await atGate();
    const judgement = await handle.executeUpdate(voteUpdate, { args: [{ voteId: 'vot_1' }] });
    await handle.result();
    expect(judgement.verdict).toBe('counted');
    expect(world.effects.at(-1)?.[0]?.command).toMatchObject({
      orderDigest: 'o'.repeat(64),
      purpose: 'act',
    });
    expect(world.reports.at(-1)).toMatchObject({ status: 'done', outcome: 'contained' });
  });

  it('answers a vote that comes while its end is written down', async () => {
    const written = Promise.withResolvers<void>();
    world.ended = () => written.promise;
    const { judged, asked } = holdJudge('vot_late');
    const { handle } = await atGate();
    await handle.executeUpdate(voteUpdate, { args: [{ voteId: 'vot_6' }] });
    await expect.poll(() => world.reports.at(-1)?.status, { timeout: 20_000 }).toBe('done');
    const late = handle.executeUpdate(voteUpdate, { args: [{ voteId: 'vot_late' }] });
    await asked();
    written.resolve();
    const tasksDone = async (): Promise<number> =>
      (await handle.fetchHistory()).events?.filter(
        ({ workflowTaskCompletedEventAttributes: done }) => done != null,
      ).length ?? 0;
    const before = await tasksDone();
    await expect.poll(tasksDone, { timeout: 20_000 }).toBeGreaterThan(before);
    judged.resolve({ ...approved, verdict: 'refused', why: 'gate-decided' });
    await expect(late).resolves.toMatchObject({ why: 'gate-decided' });
    await handle.result();
  });

  it('leaves a vote to whoever brings it, once it was ended before it could answer', async () => {
    const { judged, asked } = holdJudge('vot_7');
    const { handle, key } = await atGate();
    const deliver = createDeliverVote({ client: host.client, clock: systemClock });
    const vote = { voteId: 'vot_7', gateId: 'gat_1', workflowId: handle.workflowId, runKey: key };
    const bring = (): Promise<'delivered' | 'gone'> =>
      deliver({ ...vote, decision: 'approve', castAt: new Date() });
    const first = bring();
    await asked();
    await handle.terminate('as by an operator');
    expect([await first, await bring()]).toEqual(['gone', 'gone']);
    judged.resolve(approved);
  });

  it('takes the same vote by signal', async () => {
    const { handle } = await atGate();
    await handle.signal(voteSignal, { voteId: 'vot_2' });
    await handle.result();
    expect(world.reports.at(-1)?.outcome).toBe('contained');
  });

  it('takes a signed vote by signal, and lives on when it is none', async () => {
    const { handle } = await atGate();
    world.judge = (voteId) => {
      if (voteId !== 'good') throw ApplicationFailure.nonRetryable('no vote', 'REQUEST_INVALID');
      return { gateId: 'gat_1', verdict: 'counted', why: '', gate: { state: 'approved' } };
    };
    const signed = (nonce: string): SignedVote => ({
      payload: { ...aVote(people('carol').carol).payload, nonce },
      signature: 's',
    });
    await handle.signal(voteSignal, signed('bad'));
    await handle.signal(voteSignal, signed('good'));
    await handle.result();
    expect(world.reports.at(-1)?.outcome).toBe('contained');
  });

  it('goes on without an optional lookup whose patience is over, and says so on the ticket', async () => {
    const [run] = runsOf(quick, 1);
    let tries = 0;
    world.lookUp = () => {
      tries += 1;
      return tries < 3
        ? { kind: 'error', code: 'VENDOR_UNAVAILABLE', detail: 'away' }
        : { kind: 'ok', output: { criticality: 'crown' } };
    };
    const impatient = { ...(run as RunState), lookupDeadlineMs: Date.now() };
    await triage(host.client, quick, [impatient]);
    await host.client.workflow.getHandle(respondId(impatient.key)).result();
    const said = world.effects.flat().map((item) => item.command.ticket);
    expect(said.map((ticket) => ticket?.verb)).toEqual(['ensure', 'comment']);
    expect(said[0]?.view['missing']).toEqual([{ step: 'asset', why: 'no answer in time' }]);
  });

  it('records a refused vote and goes on waiting', async () => {
    world.judge = (voteId) => ({
      gateId: 'gat_1',
      verdict: 'refused',
      why: 'requester',
      gate: { state: voteId === 'vot_good' ? 'approved' : 'open' },
    });
    const { handle } = await atGate();
    const refused = await handle.executeUpdate(voteUpdate, { args: [{ voteId: 'vot_bad' }] });
    expect(refused).toMatchObject({ verdict: 'refused', why: 'requester' });
    expect(
      world.effects
        .flat()
        .filter((item) => item.command.purpose === 'act' && item.command.orderDigest !== null),
    ).toEqual([]);
    await handle.executeUpdate(voteUpdate, { args: [{ voteId: 'vot_good' }] });
    await handle.result();
  });

  it('rejects an update that names no vote, and lives on', async () => {
    const { handle } = await atGate();
    await expect(handle.executeUpdate(voteUpdate, { args: [{ voteId: '' }] })).rejects.toThrow();
    await handle.executeUpdate(voteUpdate, { args: [{ voteId: 'vot_3' }] });
    await handle.result();
  });

  it('tells when its gate opens, reminds and escalates, each once, and still waits', async () => {
    const text = (subject: string): { subject: string; body: string } => ({ subject, body: '' });
    const texts = { opened: text('open'), reminder: text('still'), escalation: text('leads') };
    const where = {
      connection: 'oncall',
      capability: 'webhook.message.send',
      connectorVersion: '1',
    };
    world.tell = { tell: { ...where, escalateMs: 1_000, texts } };
    const plan = containPlan();
    const hasty = {
      ...plan,
      steps: { ...plan.steps, ask: { ...plan.steps['ask'], remindMs: 40 } },
    };
    const [run] = runsOf(plan, 1);
    await triage(host.client, hasty as Plan, [run as RunState]);
    const said = (): unknown[] =>
      world.effects
        .flat()
        .flatMap(({ command }) =>
          command.call.privilege === 'notify' ? [command.call.input['subject']] : [],
        );
    await expect.poll(said, { timeout: 10_000 }).toEqual(['open', 'still', 'leads']);
    const handle = host.client.workflow.getHandle(respondId((run as RunState).key));
    await handle.executeUpdate(voteUpdate, { args: [{ voteId: 'vot_5' }] });
    await handle.result();
    const keys = world.effects.flat().map(({ command }) => command.idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('ends a parked run that is cancelled before its first task', async () => {
    const [state] = runsOf(quick, 1) as [RunState];
    const handle = await host.client.workflow.signalWithStart('respond', {
      workflowId: respondId(state.key),
      taskQueue: taskQueues.workflow,
      args: [{ schema: 1, plan: quick, state, parked: 'it broke' }],
      signal: cancelSignal,
      signalArgs: [{ id: 'c1', reason: 'no use' }],
    });
    await handle.result();
    expect(world.reports.map((report) => report.status)).toEqual(['parked', 'cancelled']);
  });

  it('voids its gate when it is cancelled', async () => {
    const { handle } = await atGate();
    await expect
      .poll(async () => (await handle.query(stateQuery)).status, { timeout: 20_000 })
      .toBe('waiting');
    await handle.signal(cancelSignal, { id: 'c3', reason: 'false alarm' });
    await handle.result();
    expect(world.voided).toEqual(['gat_1']);
    expect(world.reports.at(-1)?.status).toBe('cancelled');
  });

  it('repeats what may succeed later, and gives up what never will', async () => {
    let tries = 0;
    world.effect = (item) => {
      if (item.command.orderDigest === null) return { kind: 'ok', output: {} };
      tries += 1;
      return tries === 1
        ? { kind: 'error', code: 'LEASE_HELD', detail: 'soon' }
        : { kind: 'error', code: 'WARRANT_REFUSED', detail: 'no' };
    };
    const { handle } = await atGate();
    await handle.executeUpdate(voteUpdate, { args: [{ voteId: 'vot_4' }] });
    await handle.result();
    expect(tries).toBe(2);
    expect(world.reports.at(-1)?.outcome).toBe('failed');
  });
});
