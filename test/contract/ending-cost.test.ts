import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClearRule } from '../../domain/correlation.ts';
import type { Sql } from '../../store/database.ts';
import { askTickets, findEndings } from '../../store/endings.ts';
import { insertDue, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const handled = 3_000;
const cleared = 5;
/** Of each table that is asked: a few times of what is cleared, and far from all that was ever handled. */
const rowsReadMax = 10 * cleared;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
  await insertDue(pg.db, 'first');
  await pg.db.query(
    "update incidents set state = 'handled', due_at = null, join_rule = 'r', last_seen = now()",
  );
  await pg.db.query(
    `insert into incidents overriding system value
     select (jsonb_populate_record(i, jsonb_build_object('id', 'i' || n, 'number', 1000 + n, 'correlation_key', 'k' || n))).*
       from incidents i cross join generate_series(1, ${handled}) n`,
  );
  await pg.db.query(
    `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
     select id, tenant, id, 'tickets', '', id, '' from incidents`,
  );
  await pg.db.query(
    `update incidents set all_clear_at = now() - interval '1 hour' where number between 1001 and ${1_000 + cleared}`,
  );
  await pg.db.query('analyze');
}, 60_000);
afterAll(() => pg.stop());

/** How many rows its scans read, of all tables together. */
async function rowsRead(ask: (sql: Sql) => Promise<unknown>): Promise<number> {
  const plans: PlanNode[] = [];
  const explaining: Sql = {
    query: async (text, values) => {
      const rows = await pg.db.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
        `explain (analyze, timing off, format json) ${text}`,
        values,
      );
      plans.push(...rows.flatMap((row) => row['QUERY PLAN'].map(({ Plan }) => Plan)));
      return [];
    },
  };
  await ask(explaining);
  return plans.reduce((sum, plan) => sum + readBy(plan), 0);
}

function readBy(node: PlanNode): number {
  const removed =
    (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const own = node['Node Type'].endsWith('Scan')
    ? (node['Actual Rows'] + removed) * node['Actual Loops']
    : 0;
  return (node.Plans ?? []).reduce((sum, below) => sum + readBy(below), own);
}

const clear: ClearRule = { by: 'event', afterMs: 1_000 };

describe('looking for what is over by its all-clear', () => {
  it.each([
    ['asks for tickets', askTickets],
    ['finds endings', findEndings],
  ] as const)(
    'reads what is clear, not all that was ever handled, where it %s',
    async (_what, ask) => {
      const read = await rowsRead((sql) => ask(sql, { tenant, rule: 'r', clear }));
      expect(read).toBeGreaterThanOrEqual(cleared);
      expect(read).toBeLessThan(rowsReadMax);
    },
  );
});
