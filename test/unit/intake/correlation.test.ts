import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CorrelationRule } from '../../../domain/correlation.ts';
import type { Finding } from '../../../domain/finding.ts';
import { createCorrelator, type Correlation } from '../../../intake/correlation.ts';
import { workloadOf } from '../../../intake/name-shapes.ts';
import { readBody } from '../../../intake/try.ts';
import { shippedCorrelate } from '../../support/correlate.ts';

const findingOf = (alert: unknown): Finding => {
  const [finding] = readBody(Buffer.from(JSON.stringify(alert)));
  if (finding === undefined) throw new Error('no finding');
  return finding;
};
const keyOf = (alert: unknown): string => shippedCorrelate(findingOf(alert)).key;

const falco = (time: string, fields: Record<string, unknown>, rule = 'R'): unknown => ({
  rule,
  priority: 'Error',
  hostname: 'node-1',
  time,
  output: `o ${time}`,
  output_fields: fields,
});
const pod = (name: string): Record<string, unknown> => ({
  'k8s.ns.name': 'shop',
  'k8s.pod.name': name,
  'proc.name': 'sh',
  'proc.pid': name.length,
});

describe('the correlation key', () => {
  test('is one for one problem at two times', () => {
    expect(keyOf(falco('2026-11-20T10:00:00Z', {}))).toBe(keyOf(falco('2026-11-20T11:00:00Z', {})));
  });

  test('is one for two pods of one deployment, and another for another deployment', () => {
    const first = keyOf(falco('2026-11-20T10:00:00Z', pod('cart-6d4cf56db6-x2x4z')));
    expect(
      keyOf(falco('2026-11-20T10:00:01Z', pod('cart-6d4cf56db6-9wxyz'.replace('y', '4')))),
    ).toBe(first);
    expect(keyOf(falco('2026-11-20T10:00:01Z', pod('mail-6d4cf56db6-x2x4z')))).not.toBe(first);
  });

  test('differs by rule, by host and by source format', () => {
    const keys = [
      falco('2026-11-20T10:00:00Z', {}),
      falco('2026-11-20T10:00:00Z', {}, 'S'),
      { ...(falco('2026-11-20T10:00:00Z', {}) as object), hostname: 'node-2' },
    ].map(keyOf);
    expect(new Set(keys).size).toBe(3);
  });

  test('of alerts that name no entity differs, so that unrelated ones never merge', () => {
    const alert = (text: string): unknown => ({
      title: 'Something happened',
      severity: 'high',
      message: text,
    });
    expect(keyOf(alert('a'))).not.toBe(keyOf(alert('b')));
  });

  test('of a source that sends one problem under one id follows the id', () => {
    const guardduty = (id: string, count: number): unknown => ({
      id,
      type: 'Recon:EC2/PortProbe',
      severity: 5,
      title: `probe ${count}`,
      service: {
        eventFirstSeen: '2026-11-20T10:00:00Z',
        eventLastSeen: `2026-11-20T10:0${count}:00Z`,
        count,
      },
    });
    expect(keyOf(guardduty('a', 1))).toBe(keyOf(guardduty('a', 2)));
    expect(keyOf(guardduty('a', 1))).not.toBe(keyOf(guardduty('b', 1)));
  });
});

test.each([
  ['cart-6d4cf56db6-x2x4z', 'cart'],
  ['node-agent-x2x4z', 'node-agent'],
  ['postgres-0', 'postgres-0'],
  ['alpine', 'alpine'],
])('the workload of pod %s is %s', (name, workload) => {
  expect(workloadOf(name)).toBe(workload);
});

/** Keys of open incidents outlive an upgrade: a rule may be added, but these samples keep theirs. */
test.each([
  ['alertmanager-disk-full', ['aa254816e8f60f2a', '6b6c8531ba112aaa']],
  ['alertmanager-disk-resolved', ['6b6c8531ba112aaa']],
  ['custodian-old-access-key', ['28df72f8c6ac70d9']],
  ['custodian-public-bucket', ['4577eea9796a19a3', 'f8ffbdceb192229e']],
  ['elastic-impossible-travel', ['3d699268e7a7fad5']],
  ['elastic-malware-prevented', ['a927ba32b70923a3']],
  ['falco-dropped-binary', ['a108a43c44f2e727']],
  ['falco-terminal-shell', ['91eaa4938324f8f5']],
  ['generic-backup-failed', ['046fbb9996f06aaf']],
  ['guardduty-exposed-key', ['6ff60d7845200a92']],
  ['kyverno-privileged-pod', ['99ccef2fe296d29f', '77d8ee41b7d770d2']],
  ['wazuh-rootkit', ['3e32075da1bc406e']],
])('the keys of %s stay as they were', (name, keys) => {
  const findings = readBody(readFileSync(`fixtures/alerts/${name}.json`));
  expect(findings.map((each) => shippedCorrelate(each).key.slice(0, 16))).toEqual(keys);
});

describe('a correlation rule', () => {
  const rule = (over: Partial<CorrelationRule>): CorrelationRule => ({
    id: 'r',
    formats: [],
    sources: [],
    when: null,
    rule: ['$.finding.analytic.uid', '$.entity.title'],
    entity: { take: 'all', parts: [{ name: 'host', from: '$.entity.host' }] },
    window: null,
    reopenMs: 0,
    clear: null,
    flapping: null,
    ...over,
  });
  const rest = rule({ id: 'rest' });
  const shell = findingOf(falco('2026-11-20T10:00:00Z', pod('cart-0')));
  const by = (rules: readonly CorrelationRule[], finding = shell): Correlation =>
    createCorrelator(rules)(finding);

  test('says what went into the key', () => {
    expect(shippedCorrelate(shell)).toMatchObject({
      rule: 'workload-and-process',
      parts: ['rule=R', 'namespace=shop', 'place=pod:cart-0', 'actor:process=sh'],
    });
  });

  test.each<[string, Partial<CorrelationRule>]>([
    ['format', { formats: ['wazuh'] }],
    ['source', { sources: ['elsewhere'] }],
    ['condition', { when: 'finding.severityId > 5' }],
    ['condition, which fails,', { when: 'finding.nothing.there == 1' }],
    ['condition, which is no truth value,', { when: 'finding.title' }],
  ])('is passed over where its %s does not fit', (_what, over) => {
    expect(by([rule(over), rest]).rule).toBe('rest');
  });

  test('is taken where format, source and condition fit', () => {
    const all = { formats: ['falco'], sources: ['try'], when: "finding.title == 'R'" };
    expect(by([rule(all), rest]).rule).toBe('r');
  });

  test('takes CEL for a part, and leaves out one that fails', () => {
    const parts = [
      { name: 'none', from: 'finding.nothing.there' },
      {
        name: 'team',
        from: "finding.resources.filter(r, has(r.namespace))[0].namespace + '-team'",
      },
    ];
    expect(by([rule({ entity: { take: 'all', parts } })]).parts).toEqual([
      'rule=R',
      'team=shop-team',
    ]);
  });

  test('without an entity lets a finding stand alone', () => {
    const alone = rule({ entity: { take: 'all', parts: [] } });
    const twin = { ...shell, id: 'fnd_other' };
    expect(by([alone]).parts).toEqual([]);
    expect(by([alone]).key).not.toBe(by([alone], twin).key);
  });

  test('does not let a host and a user of one name be one', () => {
    const named = (name: string): CorrelationRule =>
      rule({ entity: { take: 'first', parts: [{ name, from: '$.entity.host' }] } });
    expect(by([named('host')]).key).not.toBe(by([named('user')]).key);
  });
});
