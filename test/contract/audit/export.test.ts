import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendEntries } from '../../../audit/append.ts';
import { newEntry } from '../../../audit/entry.ts';
import { exportLines } from '../../../audit/export.ts';
import type { ExportSelection } from '../../../audit/export.ts';
import { queryAudit } from '../../../audit/query.ts';
import type { AuditFilter, AuditPage } from '../../../audit/query.ts';
import { createSequencer } from '../../../audit/sequencer.ts';
import { verifyLog } from '../../../audit/verify.ts';
import type { VerifyReport } from '../../../audit/verify.ts';
import type { Entry } from '../../../domain/entry.ts';
import { verifyCommand } from '../../../cli/verify.ts';
import { aSigner, logOrigin } from '../../support/audit-log.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

const signer = aSigner();
const count = 900;
let postgres: TestPostgres;
let dir: string;
let nowMs = Date.parse('2026-01-01T00:00:00.000Z');
const clock = { nowMs: () => nowMs };

beforeAll(async () => {
  postgres = await startTestPostgres();
  dir = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
  const entries = Array.from({ length: count }, (_, at): Entry => {
    nowMs += 1_000;
    const actor = { kind: 'person', id: at % 2 === 0 ? 'alice' : 'bob' } as const;
    return newEntry(
      {
        id: `e${at}`,
        tenant: 't',
        type: at % 3 === 0 ? 'lookup.done' : 'note.added',
        actor,
        incident: `inc_${at % 45}`,
        run: null,
        subject: null,
        outcome: 'done',
        data: { at },
      },
      clock,
    );
  });
  await postgres.db.transaction((tx) => appendEntries(tx, entries));
  await createSequencer({
    db: postgres.db,
    dir: join(dir, 'log'),
    key: signer,
    clock,
    origin: logOrigin,
  }).sequenceOnce();
}, 60_000);
afterAll(async () => {
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
});

async function exported(selection: ExportSelection): Promise<string[]> {
  const lines: string[] = [];
  const deps = { sql: postgres.db, dir: join(dir, 'log'), verifierKey: signer.verifierKey, clock };
  for await (const line of exportLines(deps, selection)) lines.push(line);
  return lines;
}

const file = (): string => join(dir, 'export.jsonl');

async function verdictOn(lines: readonly string[]): Promise<VerifyReport> {
  await writeFile(file(), lines.join(''));
  return verifyLog(file(), { publicKeys: [signer.verifierKey] });
}

const selections: [string, ExportSelection, number][] = [
  ['the whole log', { kind: 'log' }, count + 2],
  ['one incident', { kind: 'incident', id: 'inc_7' }, count / 45 + 1],
  ['a period', { kind: 'period', from: '2026-01-01T00:01:00Z', to: '2026-01-01T00:06:00Z' }, 302],
];

describe('an export', () => {
  test.each(selections)('of %s verifies offline', async (_, selection, entries) => {
    expect(await verdictOn(await exported(selection))).toMatchObject({
      ok: true,
      problems: [],
      entries,
    });
  });

  test('of a run or incident that there is not holds nothing but what opens the log', async () => {
    expect(await verdictOn(await exported({ kind: 'incident', id: 'inc_none' }))).toMatchObject({
      ok: true,
      entries: 1,
    });
  });

  test('costs less than 1 KB for each entry beside its content', async () => {
    const lines = await exported({ kind: 'incident', id: 'inc_7' });
    const content = lines
      .slice(1, -1)
      .reduce((sum, line) => sum + (JSON.parse(line) as { entry: string }).entry.length, 0);
    expect((lines.join('').length - content) / (lines.length - 2)).toBeLessThan(1_024);
  });

  test('takes its first proof whole, so that other tools can check it', async () => {
    const [, first] = await exported({ kind: 'incident', id: 'inc_7' });
    expect((JSON.parse(first ?? '{}') as { proof: string[] }).proof.length).toBeGreaterThanOrEqual(
      9,
    );
  });
});

describe('of an edited export the verifier names the first wrong entry', () => {
  const seqOf = (line: string | undefined): number =>
    (JSON.parse(line ?? '{}') as { seq: number }).seq;

  test.each(selections)('in %s: one whose text was changed', async (_, selection) => {
    const lines = await exported(selection);
    for (const at of [1, 2, Math.floor(lines.length / 2), lines.length - 2]) {
      const changed = lines.with(
        at,
        (lines[at] ?? '').replace('"seq":', '"seq": ').replace(/schema\\":1/, 'schema\\":2'),
      );
      expect((await verdictOn(changed)).problems[0]).toMatchObject({
        kind: 'entry-changed',
        index: seqOf(lines[at]),
      });
    }
  });

  test.each(selections.filter(([, selection]) => selection.kind !== 'incident'))(
    'in %s: one that was dropped',
    async (_, selection) => {
      const lines = await exported(selection);
      for (const at of [2, Math.floor(lines.length / 2), lines.length - 2]) {
        expect(
          (await verdictOn(lines.toSpliced(at, 1))).problems.some(
            (problem) => problem.kind === 'entry-missing' && problem.index === seqOf(lines[at]),
          ),
        ).toBe(true);
      }
    },
  );

  test.each(selections)('in %s: one that was moved', async (_, selection) => {
    const lines = await exported(selection);
    const [one, two] = [lines[3] ?? '', lines[4] ?? ''];
    expect((await verdictOn(lines.with(3, two).with(4, one))).ok).toBe(false);
  });

  test.each(selections)('in %s: one that stands under another place', async (_, selection) => {
    const lines = await exported(selection);
    const moved = lines.with(
      5,
      (lines[5] ?? '').replace(/"seq":\d+/, `"seq":${seqOf(lines[5]) + 1}`),
    );
    expect((await verdictOn(moved)).ok).toBe(false);
  });

  test.each(selections)('in %s: a cut end', async (_, selection) => {
    const lines = await exported(selection);
    expect((await verdictOn(lines.slice(0, -1))).problems.at(-1)).toMatchObject({
      kind: 'entry-missing',
    });
    expect((await verdictOn(lines.toSpliced(-2, 1))).ok).toBe(false);
  });

  test('whatever the file holds, nothing is thrown', async () => {
    const lines = await exported({ kind: 'incident', id: 'inc_7' });
    for (const bad of [
      [],
      ['\n'],
      ['{}\n'],
      ['null\n'],
      ['[1]\n', ...lines.slice(1)],
      lines.with(2, '{"seq":-1}\n'),
      lines.with(2, '{"seq":1e99,"proof":7}\n'),
      [...lines, ...lines],
    ]) {
      expect((await verdictOn(bad)).ok).toBe(false);
    }
  });
});

describe('`sallyport verify`', () => {
  async function run(...args: string[]): Promise<{ code: number; out: string }> {
    let out = '';
    const sink = { write: (text: string) => void (out += text), isTerminal: false };
    const stdin = { read: () => Promise.resolve(Buffer.alloc(0)), isTerminal: false };
    const code = await verifyCommand(args, {
      stdout: sink,
      stderr: sink,
      stdin,
      clock,
      workingDir: dir,
    });
    return { code, out };
  }

  test('says OK and exits with 0 for a log directory, with the key in a file', async () => {
    await writeFile(join(dir, 'key'), `${signer.verifierKey}\n`);
    expect(await run('log', '--key', 'key')).toMatchObject({
      code: 0,
      out: expect.stringContaining('OK'),
    });
  });

  test('names the entry and exits with 1 for an edited export', async () => {
    const lines = await exported({ kind: 'incident', id: 'inc_7' });
    await writeFile(file(), lines.join('').replace('{\\"at\\":52}', '{\\"at\\":53}'));
    expect(await run('export.jsonl', '--key', signer.verifierKey)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/WRONG: entry 53: entry-changed/),
    });
  });

  test('asks for a key', async () => {
    await expect(run('log')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('a query', () => {
  const ask = (
    filter: AuditFilter,
    more: { limit?: number; cursor?: number } = {},
  ): Promise<AuditPage> =>
    queryAudit(
      { db: postgres.db, clock },
      {
        filter,
        ...more,
        reader: { tenant: 't', actor: { kind: 'person', id: 'ann' } },
        redact: (text) => text,
      },
    );

  test('narrows by who, what, when and where', async () => {
    expect(
      (await ask({ actor: 'alice', limit: 500 } as AuditFilter)).entries.every(
        (entry) => entry.actor.id === 'alice',
      ),
    ).toBe(true);
    expect(
      (await ask({ actor: 'person:bob', type: 'lookup' })).entries.every(
        (entry) => entry.type === 'lookup.done' && entry.actor.id === 'bob',
      ),
    ).toBe(true);
    expect((await ask({ incident: 'inc_7' }, { limit: 500 })).entries).toHaveLength(20);
    expect(
      (await ask({ from: '2026-01-01T00:00:10Z', to: '2026-01-01T00:00:12Z' })).entries.map(
        (entry) => entry.id,
      ),
    ).toEqual(['e10', 'e9']);
    expect((await ask({ playbook: 'nothing@1' })).entries).toEqual([]);
  });

  test('goes through everything in pages, each entry once', async () => {
    const ids: string[] = [];
    let cursor: number | null = null;
    do {
      const page: AuditPage = await ask(
        { type: 'note.added' },
        { limit: 100, ...(cursor === null ? {} : { cursor }) },
      );
      ids.push(...page.entries.map((entry) => entry.id));
      cursor = page.next;
    } while (cursor !== null);
    expect(ids).toHaveLength(600);
    expect(new Set(ids).size).toBe(600);
  });

  test('is an entry itself, with who asked for what', async () => {
    await ask({ incident: 'inc_11' });
    const { entries } = await ask({ type: 'audit.read' }, { limit: 1 });
    expect(entries[0]).toMatchObject({
      actor: { id: 'ann' },
      data: { filter: { incident: 'inc_11' }, entries: 20 },
    });
  });

  test('shows nothing of another tenant', async () => {
    const page = await queryAudit(
      { db: postgres.db, clock },
      {
        filter: {},
        reader: { tenant: 'other', actor: { kind: 'person', id: 'eve' } },
        redact: (text) => text,
      },
    );
    expect(page.entries.filter((entry) => entry.tenant === 't')).toEqual([]);
  });
});
