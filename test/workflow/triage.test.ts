import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toFailure } from '../../activities/failure-interceptor.ts';
import { SallyportError } from '../../domain/errors.ts';
import type { RunState } from '../../domain/run.types.ts';
import { respondId } from '../../workflows/ids.ts';
import { cancelSignal } from '../../workflows/messages.ts';
import { quick, runsOf, triage } from '../support/batches.ts';
import { activities, beginAnew, world } from '../support/hosted-world.ts';
import { containPlan } from '../support/plans.ts';
import { startWorkflowHost, type WorkflowHost } from '../support/workflow-host.ts';

let host: WorkflowHost;
beforeAll(async () => {
  host = await startWorkflowHost(activities);
}, 120_000);
afterAll(() => host.stop());
beforeEach(beginAnew);

describe('a batch', () => {
  it('hosts its runs to their end with one activity per kind and turn', async () => {
    const runs = runsOf(quick, 64);
    await triage(host.client, quick, runs);
    expect(world.lookups.map((items) => items.length)).toEqual([64]);
    expect(world.effects.map((items) => items.length)).toEqual([64]);
    expect(world.batches[0]?.runs.map((run) => [run.report.status, run.movedTo])).toEqual(
      runs.map(() => ['done', null]),
    );
  });

  it('hands over what fails at the first try, and finishes the rest', async () => {
    const runs = runsOf(quick, 3);
    let failures = 1;
    world.lookUp = (item) => {
      if (item.run.key !== runs[1]?.key || failures-- <= 0) return { kind: 'ok', output: {} };
      return { kind: 'error', code: 'VENDOR_UNAVAILABLE', detail: 'away' };
    };
    await triage(host.client, quick, runs);
    expect(world.batches[0]?.runs.map((run) => run.movedTo)).toEqual([
      null,
      respondId(runs[1]?.key ?? ''),
      null,
    ]);
    await host.client.workflow.getHandle(respondId(runs[1]?.key ?? '')).result();
    expect(world.reports.at(-1)).toMatchObject({ key: runs[1]?.key, status: 'done' });
  });

  it('parks a poisoned run by itself', async () => {
    const runs = runsOf(quick, 2);
    const poisoned = { ...(runs[0] as RunState), cursor: 'nowhere' };
    await triage(host.client, quick, [poisoned, runs[1] as RunState]);
    expect(world.batches[0]?.runs.map((run) => run.report.status)).toEqual(['active', 'done']);
    const parked = host.client.workflow.getHandle(respondId(poisoned.key));
    await parked.signal(cancelSignal, { id: 'c1', reason: 'no use' });
    await parked.result();
    expect(world.reports.map((report) => report.status)).toEqual(['parked', 'cancelled']);
  });

  it('stays together while its worker or the database is away for a moment', async () => {
    const runs = runsOf(quick, 2);
    let calls = 0;
    world.lookUp = () => {
      calls += 1;
      if (calls <= 3) throw toFailure(new SallyportError('STORE_UNAVAILABLE', 'away'));
      return { kind: 'ok', output: {} };
    };
    await triage(host.client, quick, runs);
    expect(world.batches[0]?.runs.map((run) => run.movedTo)).toEqual([null, null]);
    expect(world.effects.flat().length).toBe(2);
  });

  it('is taken apart at once where its activity failed as a whole by a bug', async () => {
    const runs = runsOf(quick, 2);
    let calls = 0;
    world.lookUp = () => {
      calls += 1;
      if (calls === 1) throw new Error('nobody thought of this');
      return { kind: 'ok', output: {} };
    };
    await triage(host.client, quick, runs);
    expect(world.batches[0]?.runs.every((run) => run.movedTo !== null)).toBe(true);
    await Promise.all(
      runs.map((run) => host.client.workflow.getHandle(respondId(run.key)).result()),
    );
    expect(world.effects.flat().length).toBe(2);
  });

  it('takes a run that an earlier batch handed over for hosted', async () => {
    const plan = containPlan();
    const runs = runsOf(plan, 1);
    await triage(host.client, plan, runs);
    await triage(host.client, plan, runs);
    expect(world.batches.map((batch) => batch.runs[0]?.movedTo)).toEqual([
      respondId(runs[0]?.key ?? ''),
      respondId(runs[0]?.key ?? ''),
    ]);
    const hosted = host.client.workflow.getHandle(respondId(runs[0]?.key ?? ''));
    await hosted.signal(cancelSignal, { id: 'c2', reason: 'enough' });
    await hosted.result();
  });
});
