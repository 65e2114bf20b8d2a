import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCatalog } from '../../../catalog/load.ts';
import { tryBody } from '../../../intake/try.ts';
import { testConnections, testManifests } from '../../support/manifests.ts';
import { aRedactor } from '../redaction/a-redactor.ts';

const folder = 'fixtures/alerts';
const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
  alerts: readonly { file: string; playbook: string }[];
};
const catalog = loadCatalog({
  playbooksDir: 'playbooks',
  policyDir: 'policy',
  manifests: testManifests(),
  connections: testConnections,
});

/** An all-clear joins the incident that it ends; alone it is another case. */
const opening = index.alerts.filter((each) => !each.file.includes('resolved'));

describe('the sample alerts', () => {
  test.each(opening)('$file runs $playbook', ({ file, playbook }) => {
    const { policy } = catalog;
    if (policy === null) throw new Error(JSON.stringify(catalog.problems));
    const findings = tryBody(readFileSync(join(folder, file)), {
      redactor: aRedactor(),
      policy,
      policyDigest: catalog.policyDigest,
      nowMs: 0,
    });
    expect(findings.length).toBeGreaterThan(0);
    for (const { triage, playbook: run } of findings) {
      expect(triage.decision).toEqual({ kind: 'run', playbook });
      expect(run).toBe(playbook);
      expect(triage.tried.filter((each) => each.verdict === 'error')).toEqual([]);
    }
  });
});
