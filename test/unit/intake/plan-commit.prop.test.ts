import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../domain/finding.ts';
import type { Correlation } from '../../../intake/correlation.ts';
import { draft } from '../../../intake/draft.ts';
import { toFinding } from '../../../intake/finish.ts';
import { planCommit, type Filing, type KeyedFinding } from '../../../intake/plan-commit.ts';
import type { KnownRows, OpenIncident } from '../../../store/inbox.ts';

type StoredIncident = Omit<OpenIncident, 'severityId' | 'followUps'> & {
  readonly severityId: number;
};

const toOpen = (row: StoredIncident): OpenIncident => ({
  id: row.id,
  key: row.key,
  severityId: row.severityId as OpenIncident['severityId'], // as a finding gave it
  followUps: 0,
  samples: row.samples,
  firstSeenMs: row.firstSeenMs,
  lastSeenMs: row.lastSeenMs,
});

const otherKey = ' with the other key';

/** Whichever key made its tokens. */
const nameOf = ({ key }: { readonly key: string }): string => key.replace(otherKey, '');

/** The store as a model: what `readKnown` would give for the rows that commits wrote so far. */
class Store {
  receipts: KnownRows['receipts'][number][] = [];
  findings = new Map<string, string>();
  incidents = new Map<
    string,
    {
      id: string;
      key: string;
      count: number;
      state: string;
      severityId: number;
      samples: readonly string[];
      allClear: boolean;
      joins: boolean;
      reopened: number;
      firstSeenMs: number;
      lastSeenMs: number;
    }
  >();

  commit(filings: readonly Filing[], nowMs: number): void {
    const open = [...this.incidents.values()].filter((row) => row.state !== 'closed' && row.joins);
    const plan = planCommit(
      filings,
      {
        receipts: this.receipts,
        findings: [...this.findings].map(([id, incident]) => ({ id, incident })),
        open: open.map(toOpen),
        closed: [...this.incidents.values()]
          .filter((row) => row.state === 'closed')
          .map((row) => ({ ...toOpen(row), closedAtMs: row.lastSeenMs, duplicate: false })),
      },
      { tenant: 'main', nowMs },
    );
    for (const row of plan.rows.receipts) {
      this.receipts.push({
        id: row.id,
        source: row.source,
        delivery: row.delivery,
        bodySha256: row.body_sha256,
        findings: row.findings,
        receivedAtMs: Date.parse(row.received_at),
      });
    }
    for (const row of plan.rows.findings) this.findings.set(row.id, row.incident_id);
    for (const id of plan.rows.retired) {
      const before = this.incidents.get(id);
      if (before !== undefined) this.incidents.set(id, { ...before, joins: false });
    }
    for (const { id, from, to } of plan.rows.renamed) {
      const before = this.incidents.get(id);
      if (before?.key !== from) throw new Error('a renaming of nothing');
      this.incidents.set(id, { ...before, key: to });
    }
    for (const row of plan.rows.incidents) {
      this.incidents.set(row.id, {
        id: row.id,
        key: row.correlation_key,
        count: row.count,
        state: row.state,
        severityId: row.severity_id,
        samples: row.samples,
        allClear: row.all_clear_at !== null,
        joins: row.joins,
        reopened: 0,
        firstSeenMs: Date.parse(row.first_seen),
        lastSeenMs: Date.parse(row.last_seen),
      });
    }
    for (const row of plan.rows.updates) {
      const before = this.incidents.get(row.id);
      if (before === undefined) throw new Error('an update of nothing');
      this.incidents.set(row.id, {
        ...before,
        count: before.count + row.added,
        state: row.reopen === null ? before.state : 'new',
        reopened: before.reopened + (row.reopen === null ? 0 : 1),
        lastSeenMs: Math.max(before.lastSeenMs, Date.parse(row.last_seen)),
        severityId: row.severity_id ?? before.severityId,
        samples: row.samples ?? before.samples,
        allClear: row.all_clear_at === null ? !row.clears_all_clear && before.allClear : true,
      });
    }
  }

  /** When incidents were seen, which depends on the order of deliveries. */
  times(): unknown {
    return [...this.incidents.values()].map((row) => [
      nameOf(row),
      row.firstSeenMs,
      row.lastSeenMs,
    ]);
  }

  /** What people see; ids of receipts and order of samples are left out. */
  view(): unknown {
    return [...this.incidents.values()]
      .map((row) => [
        nameOf(row),
        row.count,
        row.state,
        row.severityId,
        row.allClear,
        row.joins,
        row.reopened,
      ])
      .sort((a, b) => (a.join() < b.join() ? -1 : 1));
  }
}

const aFinding = (
  uid: string,
  severityId: Finding['severityId'],
  status: Finding['status'],
): Finding =>
  toFinding(draft({ format: 'generic', kind: 'detection', title: 't', uid, severityId, status }), {
    tenant: 'main',
    source: 's',
  });

const finding = fc.record({
  uid: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  key: fc.constantFrom('k1', 'k2', 'k3'),
  severityId: fc.constantFrom<Finding['severityId']>(1, 3, 5),
});

type Joining = Pick<Correlation, 'window' | 'reopenMs'>;
const untilClosed: Joining = { window: null, reopenMs: 0 };

function filings(
  statuses: readonly Finding['status'][],
  joining = untilClosed,
): fc.Arbitrary<readonly Filing[]> {
  const body = fc.array(fc.tuple(finding, fc.constantFrom(...statuses)), { maxLength: 4 });
  return fc
    .array(fc.tuple(fc.option(fc.constantFrom('d1', 'd2', 'd3')), body), { maxLength: 14 })
    .map((list) =>
      list.map(([deliveryId, items], at) => ({
        source: 's',
        deliveryId,
        bodySha256: JSON.stringify(items),
        bodyBytes: 1,
        receivedAtMs: 1_000 + at,
        // A finding has one key: its uid and severity are part of what it says.
        findings: items.map(([item, status]) => ({
          finding: aFinding(`${item.uid}${item.key}${item.severityId}`, item.severityId, status),
          correlation: { key: item.key, rule: 'r', parts: [], ...joining },
          older: [],
        })),
      })),
    );
}

/** A filing as a process reads it whose ring makes tokens with the other key, and still or already knows the one of before. */
const rotated = (filing: Filing): Filing => ({ ...filing, findings: filing.findings.map(renamed) });

function renamed({ finding: before, correlation }: KeyedFinding): KeyedFinding {
  return {
    finding: aFinding(`${before.uid}${otherKey}`, before.severityId, before.status),
    correlation: { ...correlation, key: `${correlation.key}${otherKey}` },
    older: [{ finding: before.id, key: correlation.key }],
  };
}

/** The same by a process that has not changed its key yet. */
const knowingBoth = (filing: Filing): Filing => ({
  ...filing,
  findings: filing.findings.map((item) => {
    const { finding: other, correlation } = renamed(item);
    return { ...item, older: [{ finding: other.id, key: correlation.key }] };
  }),
});

/** Splits a list at the given places: a way in which deliveries fall into commits. */
function batches<Item>(
  items: readonly Item[],
  cuts: readonly number[],
): readonly (readonly Item[])[] {
  const places = [...new Set(cuts.map((cut) => cut % (items.length + 1)))].sort((a, b) => a - b);
  return [...places, items.length].map((end, at) =>
    items.slice(at === 0 ? 0 : places[at - 1], end),
  );
}

const cuts = fc.array(fc.nat(20), { maxLength: 6 });

describe('a commit', () => {
  test('comes to the same however deliveries fall into batches', () => {
    fc.assert(
      fc.property(filings(['open', 'closed', 'unknown']), cuts, cuts, (list, one, other) => {
        const [a, b] = [new Store(), new Store()];
        for (const batch of batches(list, one)) a.commit(batch, 10_000);
        for (const batch of batches(list, other)) b.commit(batch, 10_000);
        expect(a.view()).toEqual(b.view());
        expect([...a.findings]).toEqual([...b.findings]);
      }),
      { numRuns: 300 },
    );
  });

  test('counts each finding once, whatever the order of deliveries and however often they come', () => {
    const shuffled = filings(['open', 'unknown']).chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, cuts, ([list, again], places) => {
        const [a, b] = [new Store(), new Store()];
        for (const filing of list) a.commit([filing], 10_000);
        for (const batch of batches(again, places)) b.commit(batch, 10_000);
        expect(a.view()).toEqual(b.view());
        expect([...b.incidents.values()].reduce((sum, row) => sum + row.count, 0)).toBe(
          b.findings.size,
        );
      }),
      { numRuns: 300 },
    );
  });

  test('keeps one open incident per key', () => {
    fc.assert(
      fc.property(filings(['open', 'closed']), cuts, (list, places) => {
        const store = new Store();
        for (const batch of batches(list, places)) store.commit(batch, 10_000);
        const open = [...store.incidents.values()]
          .filter((row) => row.state !== 'closed')
          .map((row) => row.key);
        expect(new Set(open).size).toBe(open.length);
      }),
      { numRuns: 200 },
    );
  });

  // Deliveries of `filings` arrive a millisecond apart.
  const short: Joining = { window: { idleMs: 1, maxMs: 4 }, reopenMs: 0 };

  test('comes to the same with windows, however deliveries fall into batches', () => {
    fc.assert(
      fc.property(filings(['open', 'closed'], short), cuts, cuts, (list, one, other) => {
        const [a, b] = [new Store(), new Store()];
        for (const batch of batches(list, one)) a.commit(batch, 10_000);
        for (const batch of batches(list, other)) b.commit(batch, 10_000);
        expect(a.view()).toEqual(b.view());
        expect(a.times()).toEqual(b.times());
        expect([...a.findings]).toEqual([...b.findings]);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, Joining]>([
    ['until it is closed', untilClosed],
    ['with windows', short],
    ['opening again', { window: null, reopenMs: 60_000 }],
  ])('comes to the same whichever key made the tokens of a delivery, %s', (_, joining) => {
    const turns = fc.array(fc.boolean(), { minLength: 14, maxLength: 14 });
    fc.assert(
      fc.property(filings(['open', 'closed'], joining), cuts, turns, (list, places, isRotated) => {
        const [a, b] = [new Store(), new Store()];
        const mixed = list.map((one, at) => (isRotated[at] ? rotated(one) : knowingBoth(one)));
        for (const batch of batches(list, places)) a.commit(batch, 10_000);
        for (const batch of batches(mixed, places)) b.commit(batch, 10_000);
        expect(b.view()).toEqual(a.view());
        expect(b.times()).toEqual(a.times());
        expect(b.findings.size).toBe(a.findings.size);
      }),
      { numRuns: 300 },
    );
  });

  test('with a window keeps one incident per key that takes alerts, and none that lasts longer', () => {
    fc.assert(
      fc.property(filings(['open'], short), cuts, (list, places) => {
        const store = new Store();
        for (const batch of batches(list, places)) store.commit(batch, 10_000);
        const rows = [...store.incidents.values()];
        const joining = rows.filter((row) => row.joins).map((row) => row.key);
        expect(new Set(joining).size).toBe(joining.length);
        for (const row of rows) expect(row.lastSeenMs - row.firstSeenMs).toBeLessThanOrEqual(4);
      }),
      { numRuns: 200 },
    );
  });
});
