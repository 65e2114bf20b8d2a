import type { GateItem, LookupItem, VoteJudgement } from '../../activities/contract.ts';
import type { EffectItem } from '../../activities/contract.ts';
import type { Plan } from '../../domain/plan.ts';
import type { SignedVote } from '../../domain/vote.ts';
import type { Outcome, RunState } from '../../domain/run.types.ts';
import { undoPlan } from '../../domain/undo-plan.ts';
import { respondId, taskQueues, triageId } from '../../workflows/ids.ts';
import { cancelSignal, findingsSignal, voteSignal, voteUpdate } from '../../workflows/messages.ts';
import { anOrder } from '../support/orders.ts';
import { aCall, aGate, aLookup, aPlan, aRun, aTicket, containPlan, end } from '../support/plans.ts';
import type { FakeActivities, WorkflowHost } from '../support/workflow-host.ts';

/** Answers by run key, so that each golden history is one story. */
export function goldenActivities(): FakeActivities {
  const failed = new Set<string>();
  const once = (key: string): boolean => !failed.has(key) && failed.add(key) !== undefined;
  const away: Outcome = { kind: 'error', code: 'VENDOR_UNAVAILABLE', detail: 'away' };
  const execute = {
    executeMany: (items: readonly EffectItem[]): Promise<Outcome[]> =>
      Promise.resolve(
        items.map((): Outcome => ({ kind: 'ok', output: { ticketId: '1', url: '/tickets/1' } })),
      ),
  };
  const lookUp = ({ run, command }: LookupItem): Outcome => {
    if (run.key.includes('flaky') && once(run.key)) return away;
    if (command.id.includes('verify'))
      return { kind: 'ok', output: { status: once(`${run.key}/verify`) ? 'normal' : 'contained' } };
    return { kind: 'ok', output: { criticality: 'crown' } };
  };
  const judge = (voteId: string): VoteJudgement => {
    const [, verdict = '', gateId = ''] = voteId.split(':');
    const counted = verdict === 'approve';
    return {
      gateId,
      verdict: counted ? 'counted' : 'refused',
      why: counted ? '' : 'requester',
      gate: { state: counted ? 'approved' : 'open' },
    };
  };
  const expiresInMs = (key: string): number => (key.includes('expires') ? 2_000 : 3_600_000);
  return {
    lookup: { lookupMany: (items) => Promise.resolve(items.map(lookUp)) },
    ticket: execute,
    notify: execute,
    act: {
      ...execute,
      openGate: ({ run }: GateItem) =>
        Promise.resolve({
          kind: 'opened',
          gateId: `gat_${run.key}`,
          orderDigest: 'o'.repeat(64),
          state: 'open',
          detail: '',
          expiresAtMs: Date.now() + expiresInMs(run.key),
        } as const),
    },
    record: {
      settleBatch: () => Promise.resolve(),
      recordRun: () => Promise.resolve(),
      judgeVote: ({ voteId }) => Promise.resolve(judge(voteId)),
      castVote: ({ payload }) =>
        Promise.resolve({ voteId: payload.nonce, ...judge(payload.nonce) }),
      expireGate: () => Promise.resolve({ state: 'expired', detail: 'nobody voted' } as const),
      remindGate: () => Promise.resolve(undefined),
      voidGate: () => Promise.resolve(undefined),
    },
  };
}

const quick = aPlan({ asset: aLookup('ticket'), ticket: aTicket('done'), done: end() });
const branching = aPlan({
  asset: aLookup('crown'),
  crown: {
    kind: 'if',
    condition: "steps.asset.criticality == 'crown' && finding.severityId >= 4",
    then: 'hosts',
    else: 'done',
  },
  hosts: {
    kind: 'each',
    items: { kind: 'path', path: '$.finding.resources', fallback: [] },
    max: 5,
    body: 'pause',
    next: 'ticket',
  },
  pause: { kind: 'wait', durationMs: 50, next: 'turn' },
  turn: { kind: 'endBody', outcome: '' },
  ticket: aTicket('tell'),
  tell: {
    kind: 'notify',
    call: aCall('webhook.message.send', 'notify', { body: { kind: 'literal', value: 'look' } }),
    next: 'done',
  },
  done: end(),
});
const expiring: Plan = aPlan({
  ask: { ...aGate('contain'), remindMs: 500 } as Plan['steps'][string],
  contain: containPlan().steps['contain'] as Plan['steps'][string],
  done: end('contained'),
  denied: end('denied'),
  failed: end('failed'),
});

/** Plays every story on the host. Returns the execution of each golden history by its name. */
export async function playScenarios({
  client,
}: WorkflowHost): Promise<Readonly<Record<string, string>>> {
  const { workflow } = client;
  let batches = 0;
  const triage = async (plan: Plan, runs: readonly RunState[]): Promise<string> => {
    const workflowId = triageId(`golden-${(batches += 1)}`);
    const input = {
      schema: 1,
      batchId: `golden-${batches}`,
      tenant: 'main',
      plans: { ['d'.repeat(64)]: plan },
      runs,
    } as const;
    await workflow.execute('triage', { workflowId, taskQueue: taskQueues.workflow, args: [input] });
    return workflowId;
  };
  const start = (plan: Plan, key: string): Promise<string> => triage(plan, [aRun(plan, { key })]);
  const run = (key: string): ReturnType<typeof workflow.getHandle> =>
    workflow.getHandle(respondId(key));

  const mixed = ['one', 'two', 'flaky', 'poisoned', 'five'].map((key) => aRun(quick, { key }));
  const batch = await triage(
    quick,
    mixed.map((each) => (each.key === 'poisoned' ? { ...each, cursor: 'nowhere' } : each)),
  );
  await run('poisoned').signal(cancelSignal, { id: 'c1', reason: 'no use' });

  await start(containPlan(true), 'acts');
  await run('acts').signal(findingsSignal, { id: 'f1', incident: { count: 7 } });
  await run('acts').executeUpdate(voteUpdate, { args: [{ voteId: 'v:refuse:gat_acts' }] });
  await run('acts').executeUpdate(voteUpdate, { args: [{ voteId: 'v:approve:gat_acts' }] });

  await start(containPlan(), 'cancelled');
  await run('cancelled').signal(cancelSignal, { id: 'c2', reason: 'false alarm' });
  await start(containPlan(), 'by-signal');
  await run('by-signal').signal(voteSignal, { voteId: 'v:approve:gat_by-signal' });
  await start(containPlan(), 'by-signed-signal');
  await run('by-signed-signal').signal(voteSignal, signedVote('v:approve:gat_by-signed-signal'));
  await start(expiring, 'expires');
  await start(branching, 'branches');

  const undo = undoPlan({
    order: anOrder(),
    orderDigest: 'o'.repeat(64),
    gateId: 'gat_1',
    comment: aCall('board.ticket.comment', 'ticket'),
  });
  if (undo === null) throw new Error('an order of the tests has an undo');
  await start(undo, 'undoes');

  const hosted = [
    'flaky',
    'poisoned',
    'acts',
    'cancelled',
    'by-signal',
    'by-signed-signal',
    'expires',
    'branches',
    'undoes',
  ];
  await Promise.all(hosted.map((key) => run(key).result()));
  return { batch, ...Object.fromEntries(hosted.map((key) => [key, respondId(key)])) };
}

/** The stories' judge reads the verdict from the nonce. */
function signedVote(nonce: string): SignedVote {
  return {
    payload: {
      gateId: 'gat_1',
      orderDigest: 'o'.repeat(64),
      decision: 'approve',
      reasonDigest: 'r'.repeat(64),
      approver: 'carol',
      keyId: '0'.repeat(16),
      time: '2026-11-22T05:00:00.000Z',
      nonce,
    },
    signature: 's',
  };
}
