import { SallyportError } from '../domain/errors.ts';
import type { Sql } from '../store/database.ts';
import { signCheckpoint } from './checkpoint.ts';
import { leafHash } from './merkle.ts';
import { batchMax, lockTaken } from './sequencer-assign.ts';
import { readBodies } from './sequencer-start.ts';
import type { SequencerDeps } from './sequencer.ts';
import { prunePartials, rememberCheckpoint, writeCheckpoint, writeTiles } from './tile-files.ts';
import type { Bundle } from './tile-files.ts';
import { edgeRoot, growEdge, tileWidth } from './tree.ts';
import type { TreeEdge } from './tree.ts';

/**
 * Hashes the numbered entries after `edge` (one batch at most, none from `to` on), writes their tiles, then the signed
 * checkpoint, and gives the new edge. Another sequencer at work changes nothing: the same numbers give the same bytes.
 */
export async function publish(
  deps: SequencerDeps,
  span: { readonly edge: TreeEdge; readonly to: number },
): Promise<TreeEdge> {
  const { edge } = span;
  const grown = await deps.db.transaction(async (tx) => {
    if (!(await lockTaken(tx))) return null;
    const bodies = await readBodies(tx, {
      from: edge.size,
      to: Math.min(span.to, edge.size + batchMax),
    });
    if (bodies.length === 0) return null;
    const next = growEdge(edge, bodies.map(leafHash));
    const tail = await readBodies(tx, { from: edge.size - (edge.size % tileWidth), to: edge.size });
    await writeTiles(deps.dir, { ...next, bundles: bundlesOf([...tail, ...bodies], edge) });
    deps.reached?.('tiles');
    await putOut(tx, deps, { before: edge, after: next.edge });
    return next;
  });
  if (grown === null) return edge;
  deps.reached?.('published');
  await prunePartials(deps.dir, edge, grown.edge);
  return grown.edge;
}

async function putOut(
  tx: Sql,
  deps: SequencerDeps,
  step: { readonly before: TreeEdge; readonly after: TreeEdge },
): Promise<void> {
  const head = { origin: deps.origin, size: step.after.size, root: edgeRoot(step.after) };
  const note = signCheckpoint(head, deps.key);
  const root = head.root.toString('base64');
  const [known] = await tx.query<{ root: string }>(
    'select root from audit_checkpoints where size = $1',
    [head.size],
  );
  if (known !== undefined && known.root !== root) {
    throw new SallyportError(
      'BROKEN_INVARIANT',
      `the entries in SQL no longer give the root that was signed for size ${head.size}`,
    );
  }
  if (known === undefined)
    await tx.query('insert into audit_checkpoints (size, root, note) values ($1, $2, $3)', [
      head.size,
      root,
      note,
    ]);
  deps.reached?.('row');
  const [newest] = await tx.query<{ size: number }>(
    'select max(size) as size from audit_checkpoints',
  );
  if ((newest?.size ?? 0) > head.size) return;
  await writeCheckpoint(deps.dir, note);
  deps.reached?.('checkpoint');
  const block = (edge: TreeEdge): number => Math.floor(edge.size / tileWidth);
  if (block(step.after) > block(step.before)) await rememberCheckpoint(deps.dir, note);
}

function bundlesOf(bodies: readonly Buffer[], edge: TreeEdge): Bundle[] {
  const first = Math.floor(edge.size / tileWidth);
  const bundles: Bundle[] = [];
  for (let at = 0; at < bodies.length; at += tileWidth) {
    bundles.push({ index: first + at / tileWidth, entries: bodies.slice(at, at + tileWidth) });
  }
  return bundles;
}
