import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { entryBody, newEntry } from '../../audit/entry.ts';
import { signCheckpoint } from '../../audit/checkpoint.ts';
import { leafHash } from '../../audit/merkle.ts';
import { createNoteSigner } from '../../audit/note.ts';
import type { NoteSigner } from '../../audit/note.ts';
import { rememberCheckpoint, writeCheckpoint, writeTiles } from '../../audit/tile-files.ts';
import { edgeRoot, emptyEdge, growEdge, tileWidth } from '../../audit/tree.ts';
import type { Entry } from '../../domain/entry.ts';

export const logOrigin = 'log.example/test';

export function aSigner(name = logOrigin): NoteSigner {
  return createNoteSigner(name, generateKeyPairSync('ed25519').privateKey);
}

let clockMs = 1_700_000_000_000;
const clock = { nowMs: () => (clockMs += 1) };

export function aBody(fields: Partial<Entry> & { readonly id: string }): Buffer {
  const actor = { kind: 'service', id: 'test' } as const;
  const entry = newEntry(
    {
      tenant: 't',
      type: 'note.added',
      actor,
      incident: null,
      run: null,
      subject: null,
      outcome: 'done',
      data: {},
      ...fields,
    },
    clock,
  );
  return Buffer.from(entryBody(entry));
}

export const someBodies = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, at) => aBody({ id: `e${at}`, data: { at } }));

/** Writes a log of these entries as the sequencer would, with a checkpoint after each `step` entries. */
export async function writeTestLog(
  dir: string,
  bodies: readonly Buffer[],
  options: { readonly signer: NoteSigner; readonly step?: number },
): Promise<void> {
  const step = options.step ?? tileWidth;
  let edge = emptyEdge;
  while (edge.size < bodies.length) {
    const next = growEdge(edge, bodies.slice(edge.size, edge.size + step).map(leafHash));
    const first = Math.floor(edge.size / tileWidth);
    const blocks = Math.ceil(next.edge.size / tileWidth) - first;
    const bundles = Array.from({ length: blocks }, (_, at) => ({
      index: first + at,
      entries: bodies.slice(
        (first + at) * tileWidth,
        Math.min((first + at + 1) * tileWidth, next.edge.size),
      ),
    }));
    await writeTiles(dir, { ...next, bundles });
    const note = signCheckpoint(
      { origin: options.signer.name, size: next.edge.size, root: edgeRoot(next.edge) },
      options.signer,
    );
    await writeCheckpoint(dir, note);
    await rememberCheckpoint(dir, note);
    edge = next.edge;
  }
}

const corpusDir = new URL('../../../shared/hostile/', import.meta.url);

/** Records of a file of the hostile corpus beside the repository; null where it is absent. */
export function corpusLines(name: string): readonly Record<string, unknown>[] | null {
  const text = corpusText(name);
  return text === null
    ? null
    : text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export function corpusText(name: string): string | null {
  const url = new URL(name, corpusDir);
  return existsSync(url) ? readFileSync(url, 'utf8') : null;
}
