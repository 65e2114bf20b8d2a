import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDataDir } from '../../server/data-dir.ts';
import { preparePostgres } from '../../server/postgres.ts';
import { readRecord } from '../../server/process-record.ts';
import { openDatabase } from '../../store/database.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-orphans-'));
  await makeDataDir(dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('a PostgreSQL that was killed while a backend was busy starts again once that has noticed', async () => {
  const postgres = await preparePostgres({ dataDir: dir, bin: null });
  const first = await postgres.start();
  const db = openDatabase({ url: postgres.url().replace(/\/[^/]*$/, '/postgres') });
  const busy = db.query('select count(*) from generate_series(1, 20000000)').catch(() => 'cut off');
  await expect
    .poll(() =>
      db.query(
        `select 1 from pg_stat_activity where query like '%generate_series%' and state = 'active' and pid <> pg_backend_pid()`,
      ),
    )
    .toHaveLength(1);
  const record = await readRecord(join(dir, 'run', 'postgres.json'));
  process.kill(record?.pid ?? 0, 'SIGKILL');
  await first.ended;
  const second = await postgres.start();
  const rows = await db.query('select 1 as one');
  expect(rows).toEqual([{ one: 1 }]);
  await busy;
  await db.close();
  await second.stop();
});
