import { describe, expect, it } from 'vitest';
import { lastLine, tallyReport } from '../../../bootstrap/test/tally.mjs';

const passing = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

describe('the tally of a test stage', () => {
  it('counts what passed', () => {
    expect(tallyReport(passing, true)).toEqual({ passed: 3, failed: 0, skipped: 0 });
  });

  it('counts a stage that left no report as a failure', () => {
    expect(tallyReport(undefined, false).failed).toBe(1);
  });

  it('counts a stage without tests as a failure', () => {
    expect(tallyReport({ ...passing, numPassedTests: 0, testResults: [] }, true).failed).toBe(1);
  });

  it('counts a file that could not be loaded as a failure', () => {
    const broken = { status: 'failed', assertionResults: [] };
    expect(
      tallyReport({ ...passing, testResults: [...passing.testResults, broken] }, false).failed,
    ).toBe(1);
  });

  it('counts a failed exit that no test explains as a failure', () => {
    expect(tallyReport(passing, false).failed).toBe(1);
  });

  it('counts skipped and planned tests as skipped', () => {
    expect(tallyReport({ ...passing, numPendingTests: 2, numTodoTests: 1 }, true).skipped).toBe(3);
  });
});

describe('the last line of npm test', () => {
  it('leaves out what was not skipped', () => {
    expect(lastLine({ passed: 5, failed: 0, skipped: 0 })).toBe('5 passed, 0 failed');
  });

  it('names what was skipped at the end', () => {
    expect(lastLine({ passed: 5, failed: 1, skipped: 2 })).toBe('5 passed, 1 failed, 2 skipped');
  });
});
