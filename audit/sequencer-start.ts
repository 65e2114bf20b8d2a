import type { Sql } from '../store/database.ts';
import type { Checkpoint } from './checkpoint.ts';
import { leafHash } from './merkle.ts';
import { readPlaces } from './places.ts';
import { readCheckpointFile, readEdge, sameLeaves } from './tile-files.ts';
import { edgeRoot, emptyEdge, growEdge, tileWidth } from './tree.ts';
import type { TreeEdge } from './tree.ts';

const pageMax = 8_192;

/**
 * How the log on disk and SQL stand to each other. `restored`: SQL does not hold what a checkpoint outside it
 * promises, so SQL is an older copy or was changed; nothing may be appended until a person recovers.
 */
export type SequencerState =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'restored';
      readonly why: 'behind' | 'differs' | 'other-origin';
      readonly checkpoint: Checkpoint;
      /** The signed note of that checkpoint, for whoever recovers. */
      readonly note: string;
      readonly sequenced: number;
    };

/** Where to go on: from `edge`; the files up to `promised.size`, which SQL was found to hold, are complete only then. */
export interface Start {
  readonly state: SequencerState;
  readonly edge: TreeEdge;
  readonly promised: Checkpoint | null;
}

/** Compares the checkpoint file with SQL, in a few reads however long the log is. */
export async function examineLog(
  sql: Sql,
  options: { readonly dir: string; readonly origin: string },
): Promise<Start> {
  const file = await readCheckpointFile(options.dir);
  const sequenced = await sequencedSize(sql);
  if (file === null) return fromSql(sql, sequenced);
  const { head } = file;
  const restored = (why: 'behind' | 'differs' | 'other-origin'): Start => ({
    state: { kind: 'restored', why, checkpoint: head, note: file.note, sequenced },
    edge: emptyEdge,
    promised: null,
  });
  if (head.origin !== options.origin) return restored('other-origin');
  if (head.size > sequenced) return restored('behind');
  const [row] = await sql.query<{ root: string }>(
    'select root from audit_checkpoints where size = $1',
    [head.size],
  );
  if (row !== undefined && row.root !== head.root.toString('base64')) return restored('differs');
  const edge = await readEdge(options.dir, head.size);
  // Tiles that are lost or do not add up are made anew from SQL, which then must give the promised root.
  if (edge === null || !edgeRoot(edge).equals(head.root)) {
    return (await rootInSql(sql, head.size)).equals(head.root)
      ? rebuild(head)
      : restored('differs');
  }
  if (!(await tailMatches(sql, edge))) return restored('differs');
  return { state: { kind: 'ready' }, edge, promised: head };
}

async function fromSql(sql: Sql, sequenced: number): Promise<Start> {
  const [row] = await sql.query<{ size: number; root: string; note: string }>(
    'select size, root, note from audit_checkpoints order by size desc limit 1',
  );
  if (row === undefined) return { state: { kind: 'ready' }, edge: emptyEdge, promised: null };
  const head = { origin: '', size: row.size, root: Buffer.from(row.root, 'base64') };
  const restored = (why: 'behind' | 'differs'): Start => ({
    state: { kind: 'restored', why, checkpoint: head, note: row.note, sequenced },
    edge: emptyEdge,
    promised: null,
  });
  if (row.size > sequenced) return restored('behind');
  return (await rootInSql(sql, head.size)).equals(head.root) ? rebuild(head) : restored('differs');
}

const rebuild = (head: Checkpoint): Start => ({
  state: { kind: 'ready' },
  edge: emptyEdge,
  promised: head,
});

async function rootInSql(sql: Sql, size: number): Promise<Buffer> {
  let edge = emptyEdge;
  while (edge.size < size) {
    const bodies = await readBodies(sql, {
      from: edge.size,
      to: Math.min(size, edge.size + pageMax),
    });
    if (bodies.length === 0) break;
    edge = growEdge(edge, bodies.map(leafHash)).edge;
  }
  return edgeRoot(edge);
}

/** The entries in SQL behind the tile that is filling must be those that were hashed. */
async function tailMatches(sql: Sql, edge: TreeEdge): Promise<boolean> {
  const from = edge.size - (edge.size % tileWidth);
  const bodies = await readBodies(sql, { from, to: edge.size });
  return sameLeaves(bodies, edge.levels[0] ?? []);
}

/** How many entries have numbers; as an expression. */
export const sizeSql = `coalesce((select seq + entries from audit_groups where seq is not null order by seq desc limit 1), 0)`;

export async function sequencedSize(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ size: number }>(`select ${sizeSql} as size`);
  return row?.size ?? 0;
}

/** Bodies of the sequenced entries in `[from, to)`, in order. */
export async function readBodies(
  sql: Sql,
  range: { readonly from: number; readonly to: number },
): Promise<Buffer[]> {
  const rows = await readPlaces(sql, range);
  return rows.map((row) => Buffer.from(row.body));
}
