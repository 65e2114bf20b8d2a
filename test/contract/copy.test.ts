import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCopy } from '../../store/copy/read.ts';
import { tablesOf } from '../../store/copy/tables.ts';
import { writeCopy } from '../../store/copy/write.ts';
import type { CopyHead } from '../../store/copy/write.ts';
import type { Database } from '../../store/database.ts';
import type { Restored } from '../../store/timeline.ts';
import { court } from '../support/approvals.ts';
import { insertDue } from '../support/due-incidents.ts';
import { people } from '../support/orders.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let source: TestPostgres;
let target: TestPostgres;
let empty: TestPostgres;
beforeAll(async () => {
  [source, target, empty] = await Promise.all([
    startTestPostgres(),
    startTestPostgres({ migrated: false }),
    startTestPostgres({ migrated: false }),
  ]);
  await fill(source.db);
});
afterAll(async () => {
  for (const each of [source, target, empty]) await each.stop();
});

/** Rows that a careless copy would change: a JSON null, bytes, quotes, line ends, arrays, null itself, many digits. */
async function fill(db: Database): Promise<void> {
  const judge = court(db);
  const { carol } = people('carol');
  await judge.register(carol);
  await judge.vote(carol, await judge.open());
  for (let index = 0; index < 700; index += 1) await insertDue(db, `inc_${index}`);
  await db.query(
    `update incidents set samples = array['a,b', 'c"d', 'e\\f', E'g\nh', ''], trace = 'null', facts = '{"n": 12345678901234567890.123456789}' where id = 'inc_1'`,
  );
  await db.query(
    `insert into vault (token, tenant, kind, key_id, sealed) values ('t', 'x', 'email', 'k', '\\x00ff0a')`,
  );
}

async function copyOf(db: Database): Promise<string[]> {
  let text = '';
  await writeCopy(db, '2026-11-22T05:00:00.000Z', async (line) => void (text += line));
  return text.split('\n').slice(0, -1);
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

const mark = (head: CopyHead): Restored => ({
  why: 'copy',
  checkpoint: head.checkpoint,
  sequenced: head.sequenced,
  foundAt: head.takenAt,
});

/** Everything in every table, but for the mark of the copy. */
async function contentOf(db: Database): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for (const { name } of await tablesOf(db))
    if (name !== 'engine_facts')
      content[name] = await db.query(`select t::text as row from ${name} t order by 1`);
  return content;
}

describe('a copy of the database', () => {
  it('put into an empty one gives every row as it was', async () => {
    const lines = await copyOf(source.db);
    const rows = await readCopy(target.db, each(lines), mark);
    expect(rows).toMatchObject({ incidents: 700, vault: 1, gates: 1, votes: 1 });
    expect(await contentOf(target.db)).toEqual(await contentOf(source.db));
  });

  it('says of itself that it is one', async () => {
    const [fact] = await target.db.query<{ value: Restored }>(
      "select value from engine_facts where name = 'restored'",
    );
    expect(fact?.value.why).toBe('copy');
  });

  it('goes on numbering where the original was', async () => {
    const next = "select nextval('incident_number') as n";
    expect(await target.db.query(next)).toEqual(await source.db.query(next));
  });

  it('is refused where there is a database already', async () => {
    const lines = await copyOf(source.db);
    await expect(readCopy(source.db, each(lines), mark)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it.each([
    ['cut', (lines: string[]): string[] => lines.slice(0, -1)],
    [
      'short of a row',
      (lines: string[]): string[] => lines.filter((line) => !line.includes('inc_7"')),
    ],
    [
      'of another table',
      (lines: string[]): string[] =>
        lines.map((line) => line.replace('"name":"vault"', '"name":"vault; drop table votes"')),
    ],
  ])('that is %s leaves nothing behind', async (_name, spoil) => {
    const lines = spoil(await copyOf(source.db));
    await expect(readCopy(empty.db, each(lines), mark)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
    expect(await empty.db.query('select 1 from incidents limit 1')).toEqual([]);
    await empty.db.query('drop schema public cascade');
    await empty.db.query('create schema public');
  });

  it('holds what was committed before it began, and nothing that came during it', async () => {
    let put = 0;
    const lines: string[] = [];
    await writeCopy(source.db, '2026-11-22T05:00:00.000Z', async (line) => {
      put += 1;
      if (put === 2) await insertDue(source.db, 'inc_late');
      lines.push(line);
    });
    expect(lines.join('')).not.toContain('inc_late');
  });
});
