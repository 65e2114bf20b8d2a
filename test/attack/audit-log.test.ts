import { cp, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signCheckpoint } from '../../audit/checkpoint.ts';
import { encodeBundle, tilePath } from '../../audit/tiles.ts';
import { tileWidth } from '../../audit/tree.ts';
import { verifyLog } from '../../audit/verify.ts';
import type { VerifyReport } from '../../audit/verify.ts';
import { aBody, aSigner, logOrigin, someBodies, writeTestLog } from '../support/audit-log.ts';

const size = 700;
const bodies = someBodies(size);
const signer = aSigner();
let good: string;
let dir: string;

beforeAll(async () => {
  good = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
  dir = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
  await writeTestLog(good, bodies, { signer });
});
afterAll(() => Promise.all([good, dir].map((path) => rm(path, { recursive: true, force: true }))));

async function fresh(): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await cp(good, dir, { recursive: true });
}

const verify = (
  options: { keys?: readonly string[]; kept?: readonly string[]; origin?: string } = {},
): Promise<VerifyReport> =>
  verifyLog(dir, {
    publicKeys: options.keys ?? [signer.verifierKey],
    kept: options.kept ?? [],
    ...(options.origin === undefined ? {} : { origin: options.origin }),
  });

/** Writes the bundles anew from other entries, and leaves the tiles as they are. */
async function rewriteBundles(entries: readonly Buffer[]): Promise<void> {
  for (let at = 0; at < size; at += tileWidth) {
    const width = Math.min(tileWidth, size - at);
    await writeFile(
      join(dir, tilePath('entries', at / tileWidth, width)),
      encodeBundle(entries.slice(at, at + width)),
    );
  }
}

describe('a log that was not touched', () => {
  test('verifies, every entry of it', async () => {
    await fresh();
    expect(await verify()).toMatchObject({
      ok: true,
      problems: [],
      entries: size,
      head: { origin: logOrigin, size },
    });
  });
});

describe('of an edited log the verifier names the first wrong entry', () => {
  const index = fc.integer({ min: 0, max: size - 1 });

  test('when a bit of it was flipped', async () => {
    const flips = fc.record({ index, byte: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) });
    await fc.assert(
      fc.asyncProperty(flips, async (flip) => {
        await fresh();
        const changed = bodies.map((body, at) => (at === flip.index ? flipBit(body, flip) : body));
        await rewriteBundles(changed);
        expect((await verify()).problems[0]).toMatchObject({
          kind: 'entry-changed',
          index: flip.index,
        });
      }),
      { numRuns: 40 },
    );
  });

  test('when it was dropped', async () => {
    await fc.assert(
      fc.asyncProperty(index, async (dropped) => {
        await fresh();
        await rewriteBundles(bodies.filter((_, at) => at !== dropped));
        expect((await verify()).problems[0]).toMatchObject({
          index: dropped,
          kind: expect.stringMatching(/entry-(missing|changed|moved)/),
        });
      }),
      { numRuns: 25 },
    );
  });

  test('when two were swapped', async () => {
    await fc.assert(
      fc.asyncProperty(index, index, async (one, other) => {
        fc.pre(one !== other);
        await fresh();
        const swapped = bodies
          .with(one, bodies[other] ?? aBody({ id: 'x' }))
          .with(other, bodies[one] ?? aBody({ id: 'x' }));
        await rewriteBundles(swapped);
        expect((await verify()).problems[0]).toMatchObject({ index: Math.min(one, other) });
      }),
      { numRuns: 25 },
    );
  });

  test('when the log was cut behind it', async () => {
    await fc.assert(
      fc.asyncProperty(index, async (cut) => {
        await fresh();
        await rewriteBundles(bodies.slice(0, cut));
        expect((await verify()).problems[0]).toMatchObject({ kind: 'entry-missing', index: cut });
      }),
      { numRuns: 25 },
    );
  });

  test('as narrowly as the signed heads of the past allow, when its tiles were rewritten to match', async () => {
    await fresh();
    await writeWholeLog(bodies.with(300, aBody({ id: 'e300', data: { at: 'forged' } })));
    const [first] = (await verify()).problems;
    expect(first).toMatchObject({ kind: 'root', index: 256 });
    expect(first?.detail).toContain('one of 256 to 511');
  });

  test('when its bytes are an entry twice', async () => {
    const doubled = bodies.with(20, bodies[10] ?? aBody({ id: 'x' }));
    await rm(dir, { recursive: true, force: true });
    await writeTestLog(dir, doubled, { signer });
    expect((await verify()).problems).toEqual([
      { kind: 'entry-repeated', index: 20, detail: 'it has the id of entry 10' },
    ]);
  });

  test('when its JSON is not canonical', async () => {
    await rm(dir, { recursive: true, force: true });
    await writeTestLog(dir, bodies.with(5, Buffer.from(`${bodies[5]?.toString()} `)), { signer });
    expect((await verify()).problems).toMatchObject([{ kind: 'not-canonical', index: 5 }]);
  });
});

describe('the verifier refuses', () => {
  test('a log without its checkpoint', async () => {
    await fresh();
    await unlink(join(dir, 'checkpoint'));
    expect((await verify()).problems[0]).toMatchObject({ kind: 'checkpoint' });
  });

  test('a checkpoint that another key signed', async () => {
    await fresh();
    expect((await verify({ keys: [aSigner().verifierKey] })).problems[0]).toMatchObject({
      kind: 'checkpoint',
    });
  });

  test('a checkpoint of another origin than the one asked for', async () => {
    await fresh();
    expect((await verify({ origin: 'other.example' })).problems[0]).toMatchObject({
      kind: 'checkpoint',
      detail: expect.stringContaining(logOrigin),
    });
  });

  test('a log that was rewritten and signed anew, where somebody kept an older checkpoint', async () => {
    await fresh();
    const kept = await readFile(join(dir, 'checkpoint'), 'utf8');
    await rm(dir, { recursive: true });
    await writeTestLog(
      dir,
      [...bodies.with(3, aBody({ id: 'e3', data: { at: 'forged' } })), ...someBodies(0)],
      { signer },
    );
    expect((await verify()).ok).toBe(true);
    expect((await verify({ kept: [kept] })).problems[0]).toMatchObject({ kind: 'forked' });
  });

  test('a log that is shorter than a checkpoint that somebody kept', async () => {
    await fresh();
    const kept = await readFile(join(dir, 'checkpoint'), 'utf8');
    await rm(dir, { recursive: true });
    await writeTestLog(dir, bodies.slice(0, 600), { signer });
    expect((await verify({ kept: [kept] })).problems[0]).toMatchObject({
      kind: 'rolled-back',
      index: 600,
    });
  });

  test('a log whose own record of heads names another root', async () => {
    await fresh();
    const forged = signCheckpoint({ origin: logOrigin, size: 300, root: Buffer.alloc(32) }, signer);
    await writeFile(join(dir, 'checkpoints.jsonl'), `${JSON.stringify(forged)}\n`);
    expect((await verify()).problems[0]).toMatchObject({ kind: 'forked', index: 300 });
  });

  test.each(['tile/0/001', 'tile/0/002.p/188', 'tile/1/000.p/2', 'tile/entries/001'])(
    'a log that lacks %s',
    async (path) => {
      await fresh();
      await unlink(join(dir, path));
      expect((await verify()).problems[0]?.kind).toMatch(/tile-missing|entry-missing/);
    },
  );

  test.each(['tile/0/001', 'tile/1/000.p/2'])('a log whose %s was changed', async (path) => {
    await fresh();
    const tile = await readFile(join(dir, path));
    tile[40] = (tile[40] ?? 0) ^ 1;
    await writeFile(join(dir, path), tile);
    expect((await verify()).problems[0]).toMatchObject({ kind: 'tile-changed' });
  });
});

describe('100,000 entries', () => {
  test('verify in less than 5 s of processor time', async () => {
    const big = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
    await writeTestLog(big, someBodies(100_000), { signer, step: 8_192 });
    const before = process.cpuUsage();
    const report = await verifyLog(big, { publicKeys: [signer.verifierKey] });
    const used = process.cpuUsage(before);
    await rm(big, { recursive: true });
    expect(report).toMatchObject({ ok: true, entries: 100_000 });
    expect((used.user + used.system) / 1_000).toBeLessThan(5_000);
  });
});

function flipBit(body: Buffer, flip: { byte: number; bit: number }): Buffer {
  const copy = Buffer.from(body);
  const at = flip.byte % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << flip.bit);
  return copy;
}

/** Rewrites bundles and hash tiles consistently, but cannot sign. */
async function writeWholeLog(entries: readonly Buffer[]): Promise<void> {
  const forger = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
  await writeTestLog(forger, entries, { signer: aSigner() });
  await cp(join(forger, 'tile'), join(dir, 'tile'), { recursive: true });
  await rm(forger, { recursive: true });
}
