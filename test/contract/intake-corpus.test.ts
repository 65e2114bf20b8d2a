import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const scorer = fileURLToPath(new URL('../../../shared/alerts/score.mjs', import.meta.url));
const reader = fileURLToPath(new URL('../support/intake-try.ts', import.meta.url));
const formats = [
  'alertmanager',
  'aws-guardduty',
  'cloud-custodian',
  'cloudevents',
  'elastic-security-alert',
  'falco',
  'kyverno-policyreport',
  'wazuh',
];

describe.skipIf(!existsSync(scorer))('real payloads (../shared/alerts is not here)', () => {
  test('of the formats that have a reader are read as a careful person reads them', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      scorer,
      '--cmd',
      `'${process.execPath}' '${reader}' try --jsonl`,
      '--by',
      'format',
    ]);
    const scores = new Map(
      [...stdout.matchAll(/^([a-z0-9-]+) +([\d.]+) %/gm)].map(([, name, score]) => [name, score]),
    );
    expect(formats.map((name) => [name, scores.get(name)])).toEqual(
      formats.map((name) => [name, '100.0']),
    );
    expect(stdout).toContain('without an answer 0');
  }, 60_000);
});
