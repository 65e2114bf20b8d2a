export const nothing = { passed: 0, failed: 0, skipped: 0 };

export function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/**
 * Counts a run from vitest's JSON report. A file that could not be loaded, a crash, an error between tests and a stage
 * without any test each count as one failure, so that nothing passes by not running.
 */
export function tallyReport(report, ok) {
  if (report === undefined) return { ...nothing, failed: 1 };
  const brokenFiles = report.testResults.filter(failedWithoutTest).length;
  const tally = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  const unexplained = !ok && tally.failed === 0;
  const empty = tally.passed + tally.failed === 0;
  return unexplained || empty ? { ...tally, failed: tally.failed + 1 } : tally;
}

function failedWithoutTest(file) {
  return (
    file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')
  );
}

export function lastLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
