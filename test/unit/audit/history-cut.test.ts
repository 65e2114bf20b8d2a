import { describe, expect, test } from 'vitest';
import { cutToRuns } from '../../../audit/history/cut.ts';
import type { OpenedEvent } from '../../../audit/history/decode.ts';

const event = (fields: Partial<OpenedEvent>): OpenedEvent => ({
  id: 1,
  time: '2026-01-01T00:00:00.000Z',
  type: 'ActivityTaskScheduled',
  values: {},
  scheduledBy: null,
  name: null,
  ...fields,
});
const item = (run: string): object => ({ run: { key: run }, command: { step: 'look-up' } });
const ours = new Set(['run_b']);

const batch = [
  event({
    id: 1,
    type: 'WorkflowExecutionStarted',
    values: { input: [{ batchId: 'x', runs: [{ key: 'run_a' }, { key: 'run_b' }] }] },
  }),
  event({ id: 5, values: { input: [[item('run_a'), item('run_b'), item('run_c')]] } }),
  event({
    id: 7,
    type: 'ActivityTaskCompleted',
    scheduledBy: 5,
    values: { result: [[{ of: 'a' }, { of: 'b' }, { of: 'c' }]] },
  }),
  event({
    id: 11,
    values: {
      input: [{ batchId: 'x', runs: [{ report: { key: 'run_a' } }, { report: { key: 'run_b' } }] }],
    },
  }),
];

describe("a batch's history, cut to one incident", () => {
  const cut = cutToRuns(batch, ours);

  test('shows of vectorised activities only its items, and their outcomes', () => {
    expect(cut[1]?.values['input']).toEqual([[item('run_b')]]);
    expect(cut[2]?.values['result']).toEqual([[{ of: 'b' }]]);
  });

  test('shows of inputs and reports only its runs', () => {
    expect(cut[0]?.values['input']).toEqual([{ batchId: 'x', runs: [{ key: 'run_b' }] }]);
    expect(cut[3]?.values['input']).toEqual([
      { batchId: 'x', runs: [{ report: { key: 'run_b' } }] },
    ]);
  });

  test('holds no trace of other runs', () => {
    expect(JSON.stringify(cut)).not.toMatch(/run_a|run_c|"of":"a"|"of":"c"/);
  });

  test('keeps every event, so that the numbers stay those of Temporal', () => {
    expect(cut.map((one) => one.id)).toEqual([1, 5, 7, 11]);
  });
});
