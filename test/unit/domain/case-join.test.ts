import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  planCases,
  type CasePlan,
  type CasesKnown,
  type Joiner,
} from '../../../domain/case-join.ts';

const nothing: CasesKnown = { caseOf: new Map(), members: new Map() };
const joiner = (incident: string, ...peers: readonly string[]): Joiner => ({
  incident,
  peers: peers.map((peer) => ({ incident: peer, kind: 'host', value: 'web-7' })),
});
const plan = (joiners: readonly Joiner[], known = nothing, membersMax = 500): CasePlan =>
  planCases(joiners, known, { membersMax, caseIdOf: (incident) => `case-${incident}` });

describe('incidents that share something', () => {
  test('open a case together, and each says with which other it shares what', () => {
    expect(plan([joiner('b', 'a')])).toMatchObject({
      opened: ['case-a'],
      joined: [
        { incident: 'a', caseId: 'case-a', because: { kind: 'host', value: 'web-7', with: 'b' } },
        { incident: 'b', caseId: 'case-a', because: { kind: 'host', value: 'web-7', with: 'a' } },
      ],
    });
  });

  test('join the case of the other', () => {
    const known = { caseOf: new Map([['a', 'c1']]), members: new Map([['c1', 4]]) };
    expect(plan([joiner('b', 'a')], known)).toMatchObject({
      opened: [],
      joined: [{ incident: 'b', caseId: 'c1' }],
    });
  });

  test('tie two cases into one, the smaller into the larger', () => {
    const known = {
      caseOf: new Map([
        ['a', 'c1'],
        ['x', 'c2'],
      ]),
      members: new Map([
        ['c1', 2],
        ['c2', 7],
      ]),
    };
    expect(plan([joiner('b', 'a', 'x')], known)).toMatchObject({
      merged: [{ from: 'c1', to: 'c2' }],
      joined: [{ incident: 'b', caseId: 'c2' }],
    });
  });

  test('leave two cases apart that would be too large together', () => {
    const known = {
      caseOf: new Map([
        ['a', 'c1'],
        ['x', 'c2'],
      ]),
      members: new Map([
        ['c1', 300],
        ['c2', 201],
      ]),
    };
    expect(plan([joiner('b', 'a', 'x')], known)).toMatchObject({
      merged: [],
      joined: [{ incident: 'b', caseId: 'c1' }],
    });
  });

  test('are counted only, beyond the bound', () => {
    const known = { caseOf: new Map([['a', 'c1']]), members: new Map([['c1', 500]]) };
    const full = plan([joiner('b', 'a'), joiner('c', 'a')], known);
    expect(full.joined).toEqual([]);
    expect([...full.overflow]).toEqual([['c1', 2]]);
  });

  test('are never more than the bound in one case, and in one case only', () => {
    const links = fc.array(fc.tuple(fc.nat(30), fc.array(fc.nat(30), { maxLength: 3 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(links, fc.integer({ min: 2, max: 8 }), (list, max) => {
        const joiners = list
          .map(([own, peers]) =>
            joiner(`i${own}`, ...peers.filter((peer) => peer !== own).map((peer) => `i${peer}`)),
          )
          .filter(({ peers }) => peers.length > 0);
        const { joined, merged } = plan(joiners, nothing, max);
        expect(new Set(joined.map((each) => each.incident)).size).toBe(joined.length);
        const sizes = new Map<string, number>();
        const homeOf = (id: string): string =>
          merged.reduce((home, { from, to }) => (home === from ? to : home), id);
        for (const { caseId } of joined)
          sizes.set(homeOf(caseId), (sizes.get(homeOf(caseId)) ?? 0) + 1);
        for (const size of sizes.values()) expect(size).toBeLessThanOrEqual(max);
      }),
      { numRuns: 300 },
    );
  });
});
