import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendEntries } from '../../../audit/append.ts';
import { entryBody, newEntry } from '../../../audit/entry.ts';
import { createNoteSigner } from '../../../audit/note.ts';
import { readPlaces } from '../../../audit/places.ts';
import { createSequencer } from '../../../audit/sequencer.ts';
import { verifyLog } from '../../../audit/verify.ts';
import type { Entry } from '../../../domain/entry.ts';
import { migrate } from '../../../store/migrate.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

const migrations = fileURLToPath(new URL('../../../store/migrations/', import.meta.url));
const origin = 'log.example/upgrade';
const key = createNoteSigner(origin, generateKeyPairSync('ed25519').privateKey);
const clock = { nowMs: () => 1_700_000_000_000 };

let postgres: TestPostgres;
let dir: string;
beforeAll(async () => {
  postgres = await startTestPostgres({ migrated: false });
  dir = await mkdtemp(join(tmpdir(), 'sallyport-upgrade-'));
}, 60_000);
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await postgres.stop();
});

/** The migrations of a version that kept the number of an entry in its row. */
async function older(): Promise<{ name: string; sha256: string }[]> {
  const names = (await readdir(migrations)).filter((name) => name < '0008-numbers').sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(migrations, name));
      return { name, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

const actor = { kind: 'service', id: 'test' } as const;
const about = { tenant: 't', actor, incident: null, run: null, subject: null } as const;
const anEntry = (id: string, type: 'note.added' | 'log.opened' = 'note.added'): Entry =>
  newEntry({ ...about, id, type, outcome: 'done', data: {} }, clock);

async function insertAsBefore(inserted: number, seq: number | null): Promise<void> {
  const type = seq === 0 ? 'log.opened' : 'note.added';
  const entry = anEntry(`e${inserted}`, type);
  await postgres.db.query(
    `insert into audit_entries (id, seq, time, tenant, type, actor, outcome, body, inserted) overriding system value
     values ($1, $2, now(), 't', $3, 'service:test', 'done', $4, $5)`,
    [entry.id, seq, type, entryBody(entry), inserted],
  );
}

test('a log that an older version numbered keeps its numbers, and goes on', async () => {
  const { db } = postgres;
  await migrate(db, await older());
  // As it came about: ids that were taken and given up, transactions that committed late, a log that was opened last.
  const rows: readonly (readonly [inserted: number, seq: number | null])[] = [
    [2, 1],
    [3, 2],
    [5, 4],
    [6, 5],
    [7, 3],
    [9, 6],
    [10, null],
    [13, 0],
    [14, 7],
    [2_047, 8],
    [2_048, 9],
    [2_049, null],
    [2_060, null],
    [9_000, 10],
  ];
  for (const [inserted, seq] of rows) await insertAsBefore(inserted, seq);
  expect(await migrate(db)).toContain('0008-numbers-beside-entries.sql');

  const kept = await db.query<{ inserted: number; seq: number | null }>(
    'select inserted, seq from audit_log order by inserted',
  );
  expect(kept.map((row) => [row.inserted, row.seq])).toEqual(rows);

  await appendEntries(db, [anEntry('new')]);
  expect(await createSequencer({ db, dir, key, clock, origin }).sequenceOnce()).toBe(5);
  const numbered = rows
    .filter(([, seq]) => seq !== null)
    .toSorted(([, a], [, b]) => Number(a) - Number(b));
  const places = await readPlaces(db, { from: 0, to: 100 });
  expect(places.map(({ seq }) => seq)).toEqual(places.map((_, at) => at));
  expect(places.map((place) => JSON.parse(place.body).id)).toEqual([
    ...numbered.map(([inserted]) => `e${inserted}`),
    'e10',
    'e2049',
    'e2060',
    'new',
    expect.stringMatching(/^log_/),
  ]);
  expect((await verifyLog(dir, { publicKeys: [key.verifierKey] })).problems).toEqual([]);
});
