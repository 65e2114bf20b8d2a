import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../store/database.ts';
import type { Database } from '../../store/database.ts';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres({ migrated: false });
  db = openDatabase({ url: postgres.url, connectionsMax: 1 });
}, 60_000);
afterAll(async () => {
  await db.close();
  await postgres.stop();
});

test('a statement that runs often is prepared, and one that never repeats is not', async () => {
  for (let at = 0; at < 20; at += 1) await db.query('select $1::int as often', [at]);
  for (let at = 0; at < 20; at += 1) await db.query(`select $1::int as once_${at}`, [at]);
  const prepared = await db.query<{ statement: string }>(
    'select statement from pg_prepared_statements',
  );
  expect(prepared.map((row) => row.statement)).toEqual(['select $1::int as often']);
});

test('a table that a migration changes under prepared statements fails one transaction at most', async () => {
  await db.query('create table changing (id int)');
  await db.query('insert into changing values (1)');
  const read = (): Promise<object[]> =>
    db.transaction((tx) => tx.query('select * from changing where id = $1', [1]));
  for (let at = 0; at < 20; at += 1) await read();
  await db.query('alter table changing add column name text');
  await read().catch(() => undefined);
  expect(await read()).toEqual([{ id: 1, name: null }]);
});

test('statements that are sent together fail with what was refused, and none of them is kept', async () => {
  await db.query('create table together (id int)');
  const deep = async (work: () => Promise<unknown>, levels: number): Promise<unknown> =>
    levels === 0 ? work() : deep(work, levels - 1);
  const sent = db.transaction((tx) =>
    Promise.all([
      tx.query('insert into together values (1)'),
      deep(() => tx.query('select 1 / $1::int', [0]), 40),
      tx.query('insert into together values ($1)', [2]),
    ]),
  );
  await expect(sent).rejects.toMatchObject({ code: '22012' });
  expect(await db.query('select * from together')).toEqual([]);
  expect(await db.transaction((tx) => tx.query('select 1 as alive'))).toEqual([{ alive: 1 }]);
});

test('a transaction whose work makes light of a refused statement does not pass for kept', async () => {
  await db.query('create table lightly (id int)');
  const sent = db.transaction(async (tx) => {
    await tx.query('insert into lightly values (1)');
    await tx.query('select 1 / $1::int', [0]).catch(() => undefined);
    return 'done';
  });
  await expect(sent).rejects.toMatchObject({ code: '22012' });
  expect(await db.query('select * from lightly')).toEqual([]);
});

test('what a failed transaction sends late is not sent: it would be kept by itself', async () => {
  await db.query('create table late (id int)');
  let late: Promise<unknown> = Promise.resolve();
  const failed = db.transaction((tx) => {
    late = tx
      .query('insert into late values ($1)', [1])
      .then(() => tx.query('insert into late values ($1)', [2]));
    late.catch(() => undefined);
    return Promise.reject(new Error('decided otherwise'));
  });
  await expect(failed).rejects.toThrow('decided otherwise');
  await expect(late).rejects.toThrow('the transaction has ended');
  expect(await db.query('select * from late')).toEqual([]);
});
