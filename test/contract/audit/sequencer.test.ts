import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appendEntries, entriesPerGroupMax } from '../../../audit/append.ts';
import { newEntry } from '../../../audit/entry.ts';
import { createNoteSigner } from '../../../audit/note.ts';
import { blockMax, readPlaces } from '../../../audit/places.ts';
import { createSequencer } from '../../../audit/sequencer.ts';
import type { Sequencer, SequencerStep } from '../../../audit/sequencer.ts';
import { verifyLog } from '../../../audit/verify.ts';
import type { Entry } from '../../../domain/entry.ts';
import { setBack } from '../../support/older-log.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

const origin = 'log.example/test';
const key = createNoteSigner(origin, generateKeyPairSync('ed25519').privateKey);
let postgres: TestPostgres;
let dir: string;
let nowMs: number;
const clock = { nowMs: () => nowMs };

beforeAll(async () => void (postgres = await startTestPostgres()), 60_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  nowMs = 1_700_000_000_000;
  dir = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
  await postgres.db.query('truncate audit_entries, audit_groups, audit_checkpoints');
  return () => rm(dir, { recursive: true, force: true });
});

function sequencer(reached?: (step: SequencerStep) => void): Sequencer {
  return createSequencer({
    db: postgres.db,
    dir,
    key,
    clock,
    origin,
    ...(reached === undefined ? {} : { reached }),
  });
}

function anEntry(subject: string): Entry {
  const actor = { kind: 'service', id: 'test' } as const;
  return newEntry(
    {
      id: `e-${subject}`,
      tenant: 't',
      type: 'note.added',
      actor,
      incident: null,
      run: null,
      subject,
      outcome: 'done',
      data: { text: subject },
    },
    clock,
  );
}

const append = (from: number, count: number): Promise<void> =>
  postgres.db.transaction((tx) =>
    appendEntries(
      tx,
      Array.from({ length: count }, (_, at) => anEntry(String(from + at))),
    ),
  );

const problems = async (): Promise<readonly unknown[]> =>
  (await verifyLog(dir, { publicKeys: [key.verifierKey] })).problems;

const subjects = async (): Promise<unknown[]> =>
  (
    await postgres.db.query<{ subject: string }>(
      "select subject from audit_log where seq is not null and type = 'note.added' order by seq",
    )
  ).map((row) => row.subject);

test('a block of the sequence is as long as readers take it to be, and holds the largest group', async () => {
  const rows = await postgres.db.query(
    "select increment_by as block from pg_sequences where sequencename = 'audit_blocks'",
  );
  expect(rows).toEqual([{ block: blockMax }]);
  expect(entriesPerGroupMax).toBeLessThanOrEqual(blockMax);
});

describe('the sequencer', () => {
  test('numbers entries in the order of insertion, after an entry that opens the log', async () => {
    await append(0, 3);
    expect(await sequencer().sequenceOnce()).toBe(5);
    const rows = await postgres.db.query<{ seq: number; type: string }>(
      'select seq, type from audit_log order by seq',
    );
    expect(rows.map((row) => row.type)).toEqual([
      'log.opened',
      'note.added',
      'note.added',
      'note.added',
      'log.heartbeat',
    ]);
    expect(rows.map((row) => row.seq)).toEqual([0, 1, 2, 3, 4]);
    expect(await problems()).toEqual([]);
  });

  test('an entry whose id is there already changes nothing', async () => {
    await append(0, 2);
    await append(1, 2);
    await sequencer().sequenceOnce();
    expect(await subjects()).toEqual(['0', '1', '2']);
  });

  test('an entry that is there already leaves no gap between those that were written with it', async () => {
    await append(0, 2);
    const mixed = ['5', '1', '6', '6', '0', '7'].map(anEntry);
    await postgres.db.transaction((tx) => appendEntries(tx, mixed));
    await append(8, 2);
    await sequencer().sequenceOnce();
    expect(await subjects()).toEqual(['0', '1', '5', '6', '7', '8', '9']);
    const places = await readPlaces(postgres.db, { from: 4, to: 7 });
    expect(places.map(({ seq, body }) => [seq, JSON.parse(body).subject])).toEqual([
      [4, '6'],
      [5, '7'],
      [6, '8'],
    ]);
    expect(await problems()).toEqual([]);
  });

  test('more entries than one statement takes are numbered in their order', async () => {
    await append(0, 4_500);
    await sequencer().sequenceOnce();
    expect(await subjects()).toEqual(Array.from({ length: 4_500 }, (_, at) => String(at)));
    expect(await problems()).toEqual([]);
  });

  test('a log that grew over many rounds and restarts verifies at each of them', async () => {
    let from = 0;
    for (const count of [1, 250, 3, 1, 255, 256, 257, 700]) {
      await append(from, count);
      from += count;
      await sequencer().sequenceOnce();
      expect(await problems()).toEqual([]);
    }
  });

  test('says nothing new while nothing changed, but for a heartbeat each minute', async () => {
    const one = sequencer();
    await append(0, 1);
    await one.sequenceOnce();
    expect(await one.sequenceOnce()).toBe(0);
    nowMs += 60_000;
    expect(await one.sequenceOnce()).toBe(1);
    expect(await one.sequenceOnce()).toBe(0);
    expect(await problems()).toEqual([]);
  });

  test('a transaction that commits late is numbered later, and nothing is left out', async () => {
    const one = sequencer();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let inserted = (): void => undefined;
    const isIn = new Promise<void>((resolve) => (inserted = resolve));
    const slow = postgres.db.transaction(async (tx) => {
      await appendEntries(tx, [anEntry('slow')]);
      inserted();
      await held;
    });
    await isIn;
    await append(0, 1);
    await one.sequenceOnce();
    release();
    await slow;
    await one.sequenceOnce();
    expect(await subjects()).toEqual(['0', 'slow']);
    expect(await problems()).toEqual([]);
  });

  test('two sequencers of one database never give a number twice', async () => {
    const [one, two] = [sequencer(), sequencer()];
    for (let round = 0; round < 8; round += 1) {
      await append(round * 40, 40);
      await Promise.all([one.sequenceOnce(), two.sequenceOnce()]);
    }
    await one.sequenceOnce();
    expect(await subjects()).toEqual(Array.from({ length: 320 }, (_, at) => String(at)));
    expect(await problems()).toEqual([]);
  });
});

describe('a sequencer that dies', () => {
  for (const step of ['assigned', 'tiles', 'row', 'checkpoint', 'published'] as const) {
    test(`after step "${step}" goes on where it stopped, with nothing lost or renumbered`, async () => {
      await append(0, 300);
      await sequencer().sequenceOnce();
      await append(300, 300);
      const dying = sequencer((reached) => {
        if (reached === step) throw new Error('killed');
      });
      await expect(dying.sequenceOnce()).rejects.toThrow('killed');
      const next = sequencer();
      expect(await next.start()).toEqual({ kind: 'ready' });
      await append(600, 5);
      await next.sequenceOnce();
      expect(await problems()).toEqual([]);
      expect(await subjects()).toEqual(Array.from({ length: 605 }, (_, at) => String(at)));
    });
  }

  test('and whose files are lost writes the same files again', async () => {
    await append(0, 600);
    await sequencer().sequenceOnce();
    const checkpoint = await readFile(join(dir, 'checkpoint'), 'utf8');
    await rm(dir, { recursive: true });
    await sequencer().sequenceOnce();
    expect(await readFile(join(dir, 'checkpoint'), 'utf8')).toBe(checkpoint);
    expect(await problems()).toEqual([]);
  });

  test('and whose last tile is lost makes it again from SQL', async () => {
    await append(0, 600);
    await sequencer().sequenceOnce();
    await rm(join(dir, 'tile'), { recursive: true });
    await sequencer().sequenceOnce();
    expect(await problems()).toEqual([]);
  });
});

describe('a database that does not hold what the checkpoint file promises', () => {
  test('is reported as restored when it is an older copy, and nothing is appended', async () => {
    await append(0, 10);
    await sequencer().sequenceOnce();
    await setBack(postgres.db, 9);
    await postgres.db.query('delete from audit_checkpoints');
    await append(100, 1);
    const next = sequencer();
    expect(await next.start()).toMatchObject({ kind: 'restored', why: 'behind', sequenced: 9 });
    expect(await next.sequenceOnce()).toBe(0);
    expect(await subjects()).not.toContain('100');
  });

  test('is reported as restored when an entry behind the checkpoint was changed', async () => {
    await append(0, 10);
    await sequencer().sequenceOnce();
    await postgres.db.query(
      'update audit_entries set body = replace(body, \'"text":"4"\', \'"text":"5"\')',
    );
    expect(await sequencer().start()).toMatchObject({ kind: 'restored', why: 'differs' });
  });

  test('is reported as restored when the checkpoint is of another log', async () => {
    await append(0, 10);
    await sequencer().sequenceOnce();
    const note = await readFile(join(dir, 'checkpoint'), 'utf8');
    await writeFile(join(dir, 'checkpoint'), note.replace(origin, 'other.example'));
    expect(await sequencer().start()).toMatchObject({ kind: 'restored', why: 'other-origin' });
  });

  test('is told to whoever runs the sequencer, once', async () => {
    await append(0, 10);
    await sequencer().sequenceOnce();
    await setBack(postgres.db, 9);
    const stop = new AbortController();
    const errors: unknown[] = [];
    const onError = (error: unknown): void => {
      errors.push(error);
      stop.abort();
    };
    await createSequencer({ db: postgres.db, dir, key, clock, origin, onError }).run(stop.signal);
    expect(errors).toMatchObject([
      { code: 'CONFLICT', message: expect.stringContaining('behind') },
    ]);
  });
});

describe('a sequencer that is told to stop', () => {
  test('first publishes what was written until then', async () => {
    const stop = new AbortController();
    await append(0, 3);
    stop.abort();
    await sequencer().run(stop.signal);
    expect(await subjects()).toEqual(['0', '1', '2']);
    expect(await problems()).toEqual([]);
  });
});
