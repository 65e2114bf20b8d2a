import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isCases, loadCatalog, yamlFiles } from '../../../catalog/load.ts';
import { ordinaryFacts } from '../../../catalog/ordinary-facts.ts';
import { rehearseAll } from '../../../catalog/read-cases.ts';
import { needsGate } from '../../../domain/capability.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { playbookSchema } from '../../../catalog/playbook-schema.ts';
import { decideTriage } from '../../../domain/rule.ts';
import { testConnections, testManifests } from '../../support/manifests.ts';

const catalog = loadCatalog({
  playbooksDir: 'playbooks',
  policyDir: 'policy',
  manifests: testManifests(),
  connections: testConnections,
});

describe('the shipped playbooks and policy', () => {
  test('load without a problem', () => {
    expect(catalog.problems).toEqual([]);
    expect([...catalog.plans.keys()].toSorted()).toEqual([
      'cloud-credential-exposure',
      'escalate',
      'follow-up',
      'host-malware',
      'light-ticket',
      'plain-alert',
      'policy-violation',
      'suspicious-sign-in',
    ]);
  });

  test('behave in every rehearsal case as expected', () => {
    const { rehearsed, problems } = rehearseAll(yamlFiles('playbooks'), catalog.plans);
    expect(problems).toEqual([]);
    const differing = rehearsed.flatMap(({ playbook, rehearsals }) =>
      rehearsals
        .filter((each) => each.differences.length > 0)
        .map((each) => [playbook, each.name, each.differences]),
    );
    expect(differing).toEqual([]);
  });

  test('have rehearsal cases each', () => {
    const { rehearsed } = rehearseAll(yamlFiles('playbooks'), catalog.plans);
    expect(rehearsed.map((each) => each.playbook).toSorted()).toEqual(
      [...catalog.plans.keys()].toSorted(),
    );
  });

  test('ask for every disruptive action, and show how to take it back', () => {
    const actions = [...catalog.plans.values()]
      .flatMap(({ plan }) => Object.values(plan.steps))
      .filter((step) => step.kind === 'action');
    expect(actions).toHaveLength(3);
    for (const step of actions)
      expect([
        needsGate(step.call.effect),
        step.gate !== null,
        step.undo !== null,
        step.verify !== null,
      ]).toEqual([true, true, true, true]);
  });

  test('the published JSON Schema is the one that the code would write', () => {
    expect(readFileSync('playbooks/playbook.schema.json', 'utf8')).toBe(playbookSchema());
  });

  test('every text and list of the JSON Schema has a bound', () => {
    const unbounded: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const {
        type,
        maxLength,
        pattern,
        enum: choices,
        maxItems,
      } = value as Record<string, unknown>;
      if (
        type === 'string' &&
        maxLength === undefined &&
        pattern === undefined &&
        choices === undefined
      )
        unbounded.push(path);
      if (type === 'array' && maxItems === undefined) unbounded.push(path);
      for (const [key, item] of Object.entries(value)) walk(item, `${path}/${key}`);
    };
    walk(z.json().parse(JSON.parse(playbookSchema())), '');
    expect(unbounded).toEqual([]);
  });

  test('every case file belongs to a playbook', () => {
    for (const { name } of yamlFiles('playbooks').filter((file) => isCases(file.name)))
      expect(existsSync(name.replace('.cases.', '.'))).toBe(true);
    expect(existsSync(join('playbooks', 'host-malware.cases.yaml'))).toBe(true);
  });
});

describe('the shipped triage rules', () => {
  const host = { type: 'host', uid: '', name: 'web-7' };
  const user = { type: 'user', name: '<email:k1.abcdefghijklmnopqrstuvwxyz>' };
  const cases: readonly (readonly [string, JsonObject, string])[] = [
    [
      'Falco on a host',
      { format: 'falco', severityId: 4, title: 'Write below binary dir', resources: [host] },
      'host-malware',
    ],
    [
      'Elastic on a host',
      {
        format: 'elastic-security-alert',
        severityId: 5,
        title: 'Malware Detection Alert',
        resources: [host],
      },
      'host-malware',
    ],
    [
      'Wazuh on a host',
      {
        format: 'wazuh',
        severityId: 4,
        title: 'Trojaned version of file detected',
        resources: [host],
      },
      'host-malware',
    ],
    [
      'Wazuh sees a sign-in',
      {
        format: 'wazuh',
        severityId: 4,
        title: 'Multiple authentication failures followed by a success',
        resources: [host],
        actors: [user],
      },
      'suspicious-sign-in',
    ],
    [
      'a directory sees a sign-in',
      {
        format: 'generic',
        severityId: 4,
        title: 'Suspicious login from a new country',
        actors: [user],
      },
      'suspicious-sign-in',
    ],
    [
      'GuardDuty sees credentials leave',
      {
        format: 'aws-guardduty',
        severityId: 5,
        analytic: {
          uid: 'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS',
          name: 'x',
        },
      },
      'cloud-credential-exposure',
    ],
    [
      'GuardDuty sees a port probe',
      {
        format: 'aws-guardduty',
        severityId: 2,
        analytic: { uid: 'Recon:EC2/PortProbeUnprotectedPort', name: 'x' },
      },
      'plain-alert',
    ],
    [
      'Custodian finds an old key',
      {
        format: 'cloud-custodian',
        kind: 'policy_violation',
        severityId: 0,
        title: 'iam-access-key-older-than-90-days',
      },
      'cloud-credential-exposure',
    ],
    [
      'Custodian finds an open bucket',
      { format: 'cloud-custodian', kind: 'policy_violation', severityId: 0, title: 's3-public' },
      'policy-violation',
    ],
    [
      'Kyverno fails a pod',
      {
        format: 'kyverno-policyreport',
        kind: 'policy_violation',
        severityId: 3,
        title: 'require-run-as-non-root',
      },
      'policy-violation',
    ],
    [
      'Alertmanager',
      {
        format: 'alertmanager',
        kind: 'operational',
        severityId: 5,
        title: 'InstanceDown',
        resources: [host],
      },
      'plain-alert',
    ],
  ];

  test.each(cases)('%s', (_, finding, playbook) => {
    const trace = triage(finding);
    expect(trace.decision).toEqual({ kind: 'run', playbook });
    expect(trace.tried.filter((each) => each.verdict === 'error')).toEqual([]);
  });

  test('what cannot be read gets a full ticket for the fallback owner', () => {
    const trace = triage({ format: 'unparsed', kind: 'unparsed', severityId: 0 });
    expect([trace.decision, trace.owner.team]).toEqual([
      { kind: 'ticket', form: 'full' },
      'security-triage',
    ]);
  });

  test('what is informational gets a light ticket', () => {
    expect(
      triage({
        format: 'falco',
        severityId: 1,
        title: 'K8s Serviceaccount Created',
        resources: [host],
      }).decision,
    ).toEqual({ kind: 'ticket', form: 'light' });
  });

  test('what was resolved when it arrived gets a light ticket, so that its return is not lost', () => {
    expect(
      triage({ format: 'alertmanager', kind: 'operational', status: 'closed', severityId: 4 })
        .decision,
    ).toEqual({ kind: 'ticket', form: 'light' });
  });

  test('what is fatal is escalated', () => {
    expect(triage({ format: 'generic', severityId: 6 }).decision.kind).toBe('escalate');
  });

  function triage(finding: JsonObject): ReturnType<typeof decideTriage> {
    if (catalog.policy === null) throw new Error('the shipped policy did not load');
    return decideTriage(
      { policy: catalog.policy, policyDigest: catalog.policyDigest },
      ordinaryFacts(finding, {}),
      Date.parse('2026-11-22T00:00:00Z'),
    );
  }
});
