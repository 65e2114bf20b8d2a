import type { Database, Sql } from '../../store/database.ts';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** How many rows the scans of what is asked read, of all tables together. Every statement runs; none returns anything. */
export async function rowsRead(
  db: Database,
  ask: (sql: Database) => Promise<unknown>,
): Promise<number> {
  const plans: PlanNode[] = [];
  const explaining = (sql: Sql): Sql => ({
    query: async (text, values) => {
      plans.push(...(await explain(sql, text, values)));
      return [];
    },
  });
  const transaction: Database['transaction'] = (work) =>
    db.transaction((tx) => work(explaining(tx)));
  await ask({ ...db, ...explaining(db), transaction });
  return sumOf(plans);
}

/** The same of queries alone, which return what they find; other statements just run. */
export async function rowsReadByQueries(
  db: Database,
  ask: (sql: Database) => Promise<unknown>,
): Promise<number> {
  const plans: PlanNode[] = [];
  const transaction: Database['transaction'] = (work) =>
    db.transaction((tx) =>
      work({
        query: async (text, values) => {
          if (/^\s*select/.test(text)) plans.push(...(await explain(tx, text, values)));
          return tx.query(text, values);
        },
      }),
    );
  await ask({ ...db, transaction });
  return sumOf(plans);
}

async function explain(
  sql: Sql,
  text: string,
  values: Parameters<Sql['query']>[1],
): Promise<readonly PlanNode[]> {
  const rows = await sql.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
    `explain (analyze, timing off, format json) ${text}`,
    values,
  );
  return rows.flatMap((row) => row['QUERY PLAN'].map(({ Plan }) => Plan));
}

const sumOf = (plans: readonly PlanNode[]): number =>
  plans.reduce((sum, plan) => sum + readBy(plan), 0);

function readBy(node: PlanNode): number {
  const removed =
    (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const own = node['Node Type'].endsWith('Scan')
    ? (node['Actual Rows'] + removed) * node['Actual Loops']
    : 0;
  return (node.Plans ?? []).reduce((sum, below) => sum + readBy(below), own);
}
