import { describe, expect, test } from 'vitest';
import { correlationKey, workloadOf } from '../../../intake/correlation.ts';
import { readBody } from '../../../intake/try.ts';

const keyOf = (alert: unknown): string => {
  const [finding] = readBody(Buffer.from(JSON.stringify(alert)));
  if (finding === undefined) throw new Error('no finding');
  return correlationKey(finding);
};

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
