import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KeyRing } from '../../../domain/key-ring.ts';
import { receive } from '../../../intake/receive.ts';
import type { KeyedFinding } from '../../../intake/plan-commit.ts';
import { profiles } from '../../../redaction/profiles.ts';
import { createRedactor } from '../../../redaction/redact.ts';
import { shippedCorrelate } from '../../support/correlate.ts';

const keys = {
  k1: new Uint8Array(32).fill(1),
  key22: new Uint8Array(32).fill(2),
  k3: new Uint8Array(32).fill(3),
};
const ringOf = (current: keyof typeof keys, older: readonly string[] = []): KeyRing => ({
  current,
  keys,
  overlapUntilMs: Object.fromEntries(older.map((id) => [id, 1_000])),
});

async function findingsOf(
  body: string,
  ring: KeyRing,
  nowMs = 0,
): Promise<readonly KeyedFinding[]> {
  // User names are tokens here too, so that more keys are made of them.
  const redactor = createRedactor({
    tokenKeys: ring,
    policy: profiles.gdpr,
    nowMs: () => nowMs,
  });
  const deps = { tenant: 'main', redactor, correlate: shippedCorrelate };
  const { findings } = await receive(deps, {
    source: 's',
    raw: Buffer.from(body),
    coding: undefined,
    formatHint: null,
    deliveryId: null,
    receivedAtMs: 0,
  });
  return findings;
}
const nameOf = ({ finding, correlation }: KeyedFinding): { finding: string; key: string } => ({
  finding: finding.id,
  key: correlation.key,
});

const samples = new URL('../../../fixtures/alerts/', import.meta.url);
const person = 'jane.doe@corp.example';
const bodies: readonly (readonly [string, string])[] = [
  ...readdirSync(samples)
    .filter((name) => name !== 'index.json')
    .map((name) => [name, readFileSync(new URL(name, samples), 'utf8')] as const),
  ['names of fields', JSON.stringify({ title: 'T', seen: { [person]: 1, host: 'web-7' } })],
  ['a title', JSON.stringify({ title: `Login of ${person} failed 3 times`, host: 'web-7' })],
  ['what is cut', JSON.stringify({ title: `${'x'.repeat(270)}${person}`, user: person })],
  ['numbers past a double', `{"title":"T","n":12345678901234567890,"user":"${person}"}`],
  [
    'lines',
    `${JSON.stringify({ title: 'A', user: person })}\n${JSON.stringify({ title: 'B', user: person })}`,
  ],
];

describe('what a finding went by', () => {
  test.each(bodies)('under older keys is what it was called then: %s', async (_, body) => {
    const now = await findingsOf(body, ringOf('k3', ['k1', 'key22']));
    const then = [await findingsOf(body, ringOf('k1')), await findingsOf(body, ringOf('key22'))];
    now.forEach((item, at) => {
      const before = then.map((list) => list[at]).filter((one) => one !== undefined);
      const differing = before
        .map(nameOf)
        .filter(({ finding, key }) => finding !== item.finding.id || key !== item.correlation.key);
      expect(item.older).toEqual(differing);
    });
  });

  test('differs for some of these alerts, and is not asked for where no keys overlap', async () => {
    const older = async (ring: KeyRing, nowMs = 0): Promise<number> => {
      const all = await Promise.all(bodies.map(([, body]) => findingsOf(body, ring, nowMs)));
      return all.flat().flatMap((item) => item.older).length;
    };
    expect(await older(ringOf('k3', ['k1', 'key22']))).toBeGreaterThan(8);
    expect(await older(ringOf('k3'))).toBe(0);
    expect(await older(ringOf('k3', ['k1', 'key22']), 1_000)).toBe(0);
  });
});
