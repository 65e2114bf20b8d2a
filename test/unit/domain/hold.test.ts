import { describe, expect, test } from 'vitest';
import { decideHold, servicesOf, type Hold, type HoldCandidate } from '../../../domain/hold.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const minute = 60_000;
const deploys = { holdMs: 15 * minute, below: 4 } as const;
const deploy = {
  id: 'dpl_1',
  service: 'cart',
  version: '1.2',
  source: 'github',
  atMs: nowMs - 5 * minute,
};
const flapping = { clears: 3, withinMs: 60 * minute, holdMs: 30 * minute };
const candidate = (over: Partial<HoldCandidate> = {}): HoldCandidate => ({
  state: 'new',
  severityId: 3,
  triaged: false,
  worse: false,
  asked: false,
  hold: null,
  flapping: null,
  clearTimesMs: [],
  deploy: null,
  ...over,
});
const begun = (over: Partial<HoldCandidate>, atMs = nowMs): Hold => {
  const verdict = decideHold(candidate(over), deploys, atMs);
  if (verdict.kind !== 'begin') throw new Error(`not held: ${verdict.kind}`);
  return verdict.hold;
};
const kind = (over: Partial<HoldCandidate>, atMs = nowMs): string =>
  decideHold(candidate(over), deploys, atMs).kind;

describe('a deploy of its service', () => {
  test('makes a mild incident wait until some time after it, and says so', () => {
    expect(begun({ deploy })).toMatchObject({
      kind: 'deploy',
      until: '2026-11-20T10:10:00.000Z',
      why: 'cart 1.2 was deployed at 2026-11-20T09:55:00.000Z (github)',
      ref: 'dpl_1',
    });
  });

  test.each<[string, Partial<HoldCandidate>]>([
    ['a grave incident', { severityId: 4 }],
    ['one that was triaged before', { triaged: true }],
    ['one for which a person asked for a run', { asked: true }],
    ['one that is closed', { state: 'closed' }],
    ['one that the deploy came long before', { deploy: { ...deploy, atMs: nowMs - 15 * minute } }],
  ])('does not hold %s', (_what, over) => {
    expect(kind({ deploy, ...over })).toBe('none');
  });
});

describe('what waits', () => {
  const hold = begun({ deploy });

  test('goes on when its time is over, and does not wait for the same deploy again', () => {
    const later = nowMs + 10 * minute;
    expect(kind({ deploy, hold }, later - 1)).toBe('keep');
    const verdict = decideHold(candidate({ deploy, hold }), deploys, later);
    expect(verdict).toMatchObject({
      kind: 'release',
      hold: { releasedAt: '2026-11-20T10:10:00.000Z' },
    });
    expect(kind({ deploy, hold: { ...hold, releasedAt: hold.until } }, nowMs)).toBe('none');
  });

  test.each<[string, Partial<HoldCandidate>]>([
    ['when it gets worse', { severityId: 4 }],
    ['when a person asks for a run', { asked: true }],
  ])('goes on sooner %s', (_when, over) => {
    expect(kind({ hold, deploy, ...over })).toBe('release');
  });
});

describe('an incident that flaps', () => {
  const clearTimesMs = [1, 2, 3].map((n) => nowMs - n * minute);
  const flaps = { flapping, clearTimesMs, triaged: true, state: 'handled' };

  test('waits after so many all-clears within a while', () => {
    expect(begun(flaps)).toMatchObject({
      kind: 'flapping',
      until: '2026-11-20T10:30:00.000Z',
      why: '3 all-clears in 60 minutes',
    });
    const old = [1, 2, 61].map((n) => nowMs - n * minute);
    expect(kind({ ...flaps, clearTimesMs: old })).toBe('none');
  });

  test('is told about once after each hold, and waits again', () => {
    const hold = begun(flaps);
    const later = nowMs + 30 * minute;
    expect(kind({ ...flaps, hold }, later)).toBe('release');
    expect(kind({ ...flaps, hold: { ...hold, releasedAt: hold.until } }, later)).toBe('begin');
  });

  test('does not wait with its first word, nor where it gets worse', () => {
    expect(kind({ ...flaps, triaged: false })).toBe('none');
    expect(kind({ ...flaps, worse: true })).toBe('none');
  });
});

test('an incident is about the services, owners of pods and repositories that it names', () => {
  const resources = [
    { type: 'pod', name: 'Cart-6d4cf56db6-x2x4z' },
    { type: 'repository', name: 'acme/shop' },
    { type: 'cloud', name: 'bucket' },
  ];
  const found = servicesOf({ finding: { resources } });
  expect(found).toEqual(expect.arrayContaining(['cart', 'cart-6d4cf56db6', 'shop', 'acme/shop']));
  expect(found).not.toContain('bucket');
});
