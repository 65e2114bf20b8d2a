import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leafHash } from '../../audit/merkle.ts';
import { edgeRoot, emptyEdge, growEdge } from '../../audit/tree.ts';
import { collectFindings } from '../../audit/verify/findings.ts';
import { checkDirectory } from '../../audit/verify/log-directory.ts';
import { hashLeaf, verifyConsistency, verifyInclusion } from '../../audit/verify/merkle.ts';
import { openCheckpoint, parseNoteKey } from '../../audit/verify/note.ts';
import type { NoteKey, SignedHead } from '../../audit/verify/note.ts';
import { aSigner, corpusLines, corpusText, writeTestLog } from '../support/audit-log.ts';

let dir: string;
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'sallyport-log-'))));
afterEach(() => rm(dir, { recursive: true, force: true }));

function keysOf(text: unknown): NoteKey[] {
  const key = parseNoteKey(String(text));
  return key === null ? [] : [key];
}

const tampered = corpusLines('tlog-tamper.jsonl');
describe.skipIf(tampered === null)(
  'the tampered logs of ../shared/hostile/tlog-tamper.jsonl',
  () => {
    const [context, ...records] = tampered ?? [];
    const keys = keysOf(context?.['vkey']);
    const hashes = (list: unknown): Buffer[] =>
      Array.isArray(list) ? list.map((hash) => Buffer.from(String(hash), 'base64')) : [];
    const headOf = (note: unknown): SignedHead | null => {
      const head = openCheckpoint(String(note), keys, String(context?.['origin']));
      return 'wrong' in head ? null : head;
    };
    const judges: { readonly [kind: string]: (record: Record<string, unknown>) => boolean } = {
      checkpoint: (record) => headOf(record['note']) !== null,
      inclusion: (record) => {
        const head = headOf(record['checkpoint']);
        const leaf = hashLeaf(Buffer.from(String(record['entry64']), 'base64'));
        return (
          head !== null &&
          verifyInclusion({
            index: Number(record['index']),
            size: head.size,
            leaf,
            proof: hashes(record['proof']),
            root: head.root,
          })
        );
      },
      consistency: (record) => {
        const [from, to] = [headOf(record['from']), headOf(record['to'])];
        return from !== null && to !== null && verifyConsistency(from, to, hashes(record['proof']));
      },
      sequence: (record) => {
        const heads = (Array.isArray(record['notes']) ? record['notes'] : []).map(headOf);
        const sizes = new Map<number, string>();
        const split = heads.some(
          (head) =>
            (head !== null &&
              sizes.has(head.size) &&
              sizes.get(head.size) !== head.root.toString('hex')) ||
            (head !== null && !sizes.set(head.size, head.root.toString('hex'))),
        );
        return !split && !heads.includes(null) && record['entries'] === undefined;
      },
    };

    test.each(
      records
        .filter((record) => record['kind'] !== 'log')
        .map((record) => ({ name: String(record['id']), record })),
    )('$name', ({ record }) => {
      expect(judges[String(record['kind'])]?.(record)).toBe(record['expect'] === 'valid');
    });

    test.each(
      records
        .filter((record) => record['kind'] === 'log')
        .map((record) => ({ name: String(record['id']), record })),
    )('$name', async ({ record }) => {
      const entries = JSON.parse(
        Buffer.from(String(record['entries64']), 'base64').toString(),
      ) as string[];
      await writeTestLog(
        dir,
        entries.map((entry) => Buffer.from(entry, 'base64')),
        { signer: aSigner(String(context?.['origin'])) },
      );
      await rm(join(dir, 'checkpoints.jsonl'));
      await writeFile(join(dir, 'checkpoint'), String(record['checkpoint']));
      const findings = collectFindings();
      await checkDirectory(
        { dir, keys, origin: undefined, kept: [], onEntry: () => undefined },
        findings,
      );
      expect(findings.problems.length > 0).toBe(record['expect'] === 'invalid');
    });
  },
);

const sample = corpusText('tlog-tiles-sample.json');
describe.skipIf(sample === null)(
  'the tiled log of another implementation (../shared/hostile/tlog-tiles-sample.json)',
  () => {
    test('verifies at its newest checkpoint, with each older one as kept', async () => {
      const { files, verifierKeys } = JSON.parse(sample ?? '{}') as {
        files: Record<string, string>;
        verifierKeys: string[];
      };
      for (const [path, body] of Object.entries(files)) {
        await mkdir(dirname(join(dir, path)), { recursive: true });
        await writeFile(join(dir, path), Buffer.from(body, 'base64'));
      }
      const kept = Object.keys(files)
        .filter((path) => /^checkpoint\.[1-9]/.test(path))
        .map((path) => Buffer.from(files[path] ?? '', 'base64').toString());
      const findings = collectFindings();
      const seen: string[] = [];
      const keys = verifierKeys.flatMap(keysOf);
      const head = await checkDirectory(
        {
          dir,
          keys,
          origin: undefined,
          kept,
          onEntry: (bytes) => void seen.push(bytes.toString()),
        },
        findings,
      );
      expect(findings.problems).toEqual([]);
      expect(head?.size).toBe(15);
      expect(seen).toHaveLength(15);
      expect(
        edgeRoot(
          growEdge(
            emptyEdge,
            seen.map((entry) => leafHash(Buffer.from(entry))),
          ).edge,
        ).equals(head?.root ?? Buffer.alloc(0)),
      ).toBe(true);
    });
  },
);
