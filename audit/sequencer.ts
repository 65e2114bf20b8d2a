import { setTimeout as delay } from 'node:timers/promises';
import { assert } from '../domain/assert.ts';
import { idOf } from '../domain/digest.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../store/database.ts';
import { appendEntries } from './append.ts';
import { signCheckpoint } from './checkpoint.ts';
import { newEntry } from './entry.ts';
import { leafHash } from './merkle.ts';
import type { NoteSigner } from './note.ts';
import { examineLog, readBodies, sequencedSize } from './sequencer-start.ts';
import type { SequencerState } from './sequencer-start.ts';
import { prunePartials, rememberCheckpoint, writeCheckpoint, writeTiles } from './tile-files.ts';
import type { Bundle } from './tile-files.ts';
import { edgeRoot, emptyEdge, growEdge, tileWidth } from './tree.ts';
import type { TreeEdge } from './tree.ts';

/** Entries that one round numbers, and that one step of catching up reads. */
export const batchMax = 8_192;
/** A round that numbered fewer waits for this long: so a checkpoint comes every second, or at once under load. */
const eagerFrom = 256;
const restMs = 1_000;
const heartbeatMs = 60_000;
/** Any number that is the same for every sequencer of one database. */
const advisoryLock = 7_276_114;

export interface SequencerDeps {
  readonly db: Database;
  /** Holds `checkpoint`, `checkpoints.jsonl` and `tile/…`; made where it is missing. */
  readonly dir: string;
  readonly key: NoteSigner;
  readonly clock: Clock;
  readonly origin: string;
  /** Of the log's own entries. */
  readonly tenant?: string;
  /** Called after each step that may be the last one of a process; tests throw from it. */
  readonly reached?: (step: SequencerStep) => void;
  readonly onError?: (error: unknown) => void;
}

export type SequencerStep = 'assigned' | 'tiles' | 'row' | 'checkpoint' | 'published';

export interface Sequencer {
  /** Compares files and SQL, completes what a crash left. `sequenceOnce` does it too, the first time. */
  start(): Promise<SequencerState>;
  /** One round; gives how many entries it numbered. 0 in state `restored`, and while another sequencer is at work. */
  sequenceOnce(): Promise<number>;
  /** Rounds until `signal`; errors go to `onError`, and the next round tries again. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Numbers entries and publishes them. SQL is the truth: numbers are committed first; tiles and the checkpoint follow
 * from them alone, so that whatever a crash left is completed by doing it again.
 */
export function createSequencer(deps: SequencerDeps): Sequencer {
  let edge: TreeEdge = emptyEdge;
  let state: SequencerState | null = null;
  let heartbeatAtMs = 0;

  async function start(): Promise<SequencerState> {
    const start = await examineLog(deps.db, deps);
    edge = start.edge;
    for (let before = -1; start.promised !== null && edge.size < start.promised.size && before !== edge.size; ) {
      before = edge.size;
      edge = await publish(deps, { edge, to: start.promised.size });
    }
    state = start.state;
    return state;
  }

  async function sequenceOnce(): Promise<number> {
    state ??= await start();
    if (state.kind === 'restored') return 0;
    const heartbeat = deps.clock.nowMs() - heartbeatAtMs >= heartbeatMs;
    const waits = await whatWaits(deps.db);
    if (!heartbeat && !waits.unsequenced && waits.sequenced === edge.size) return 0;
    const assigned = await assign(deps, heartbeat);
    if (assigned === null) return 0;
    if (heartbeat) heartbeatAtMs = deps.clock.nowMs();
    deps.reached?.('assigned');
    for (let before = -1; before !== edge.size; ) {
      before = edge.size;
      edge = await publish(deps, { edge, to: edge.size + batchMax });
    }
    return assigned;
  }

  async function run(signal: AbortSignal): Promise<void> {
    let told = false;
    while (!signal.aborted) {
      const count = await sequenceOnce().catch((error: unknown) => {
        deps.onError?.(error);
        return 0;
      });
      if (state?.kind === 'restored' && !told) deps.onError?.(restoredError(state));
      told = state?.kind === 'restored';
      if (count < eagerFrom) await delay(restMs, undefined, { signal }).catch(() => undefined);
    }
    // What was written while others stopped belongs to the log that an auditor reads tonight.
    await sequenceOnce().catch((error: unknown) => deps.onError?.(error));
  }

  return { start, sequenceOnce, run };
}

function restoredError(state: Extract<SequencerState, { kind: 'restored' }>): SallyportError {
  const { checkpoint, sequenced, why } = state;
  return new SallyportError('CONFLICT', `SQL (${sequenced} entries) is not what the checkpoint of ${checkpoint.size} entries was signed for (${why}): nothing is sequenced until a person recovers`);
}

async function whatWaits(db: Sql): Promise<{ sequenced: number; unsequenced: boolean }> {
  const [row] = await db.query<{ waiting: boolean }>('select exists (select from audit_entries where seq is null) as waiting');
  return { sequenced: await sequencedSize(db), unsequenced: row?.waiting === true };
}

/** Gives the next numbers to what is committed, in the order of insertion. Null where another sequencer holds the lock. */
async function assign(deps: SequencerDeps, heartbeat: boolean): Promise<number | null> {
  return deps.db.transaction(async (tx) => {
    if (!(await lockTaken(tx))) return null;
    const size = await sequencedSize(tx);
    if (size === 0) await openLog(tx, deps);
    if (heartbeat) await appendEntries(tx, [heartbeatEntry(deps)]);
    const [row] = await tx.query<{ count: number }>(
      `with picked as (
         select id, row_number() over (order by inserted) as position
         from audit_entries where seq is null order by inserted limit $2
       ), numbered as (
         update audit_entries e set seq = $1::bigint + picked.position - 1 from picked where e.id = picked.id returning 1
       ) select count(*) as count from numbered`,
      [Math.max(size, 1), batchMax],
    );
    return (row?.count ?? 0) + (size === 0 ? 1 : 0);
  });
}

/** The log's first entry names it, whatever else was written before the sequencer first ran. */
async function openLog(tx: Sql, deps: SequencerDeps): Promise<void> {
  const id = idOf('aud', 'sallyport/log-opened/v1', [deps.origin]);
  await appendEntries(tx, [ownEntry(deps, { id, type: 'log.opened', data: { origin: deps.origin, verifierKey: deps.key.verifierKey } })]);
  await tx.query('update audit_entries set seq = 0 where id = $1', [id]);
}

function heartbeatEntry(deps: SequencerDeps): ReturnType<typeof newEntry> {
  const minute = Math.floor(deps.clock.nowMs() / heartbeatMs);
  return ownEntry(deps, { id: idOf('aud', 'sallyport/heartbeat/v1', [deps.origin, minute]), type: 'log.heartbeat', data: {} });
}

function ownEntry(deps: SequencerDeps, what: { id: string; type: 'log.opened' | 'log.heartbeat'; data: { [name: string]: string } }): ReturnType<typeof newEntry> {
  const actor = { kind: 'service', id: 'sequencer' } as const;
  return newEntry({ ...what, tenant: deps.tenant ?? 'system', actor, incident: null, run: null, subject: deps.origin, outcome: 'done' }, deps.clock);
}

/**
 * Hashes the numbered entries after `edge` (one batch at most, none from `to` on), writes their tiles, then the signed
 * checkpoint, and gives the new edge. Another sequencer at work changes nothing: the same numbers give the same bytes.
 */
async function publish(deps: SequencerDeps, span: { readonly edge: TreeEdge; readonly to: number }): Promise<TreeEdge> {
  const { edge } = span;
  const grown = await deps.db.transaction(async (tx) => {
    if (!(await lockTaken(tx))) return null;
    const bodies = await readBodies(tx, { from: edge.size, to: Math.min(span.to, edge.size + batchMax) });
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

async function putOut(tx: Sql, deps: SequencerDeps, step: { readonly before: TreeEdge; readonly after: TreeEdge }): Promise<void> {
  const head = { origin: deps.origin, size: step.after.size, root: edgeRoot(step.after) };
  const note = signCheckpoint(head, deps.key);
  const root = head.root.toString('base64');
  const [known] = await tx.query<{ root: string }>('select root from audit_checkpoints where size = $1', [head.size]);
  if (known !== undefined && known.root !== root) {
    throw new SallyportError('BROKEN_INVARIANT', `the entries in SQL no longer give the root that was signed for size ${head.size}`);
  }
  if (known === undefined) await tx.query('insert into audit_checkpoints (size, root, note) values ($1, $2, $3)', [head.size, root, note]);
  deps.reached?.('row');
  const [newest] = await tx.query<{ size: number }>('select max(size) as size from audit_checkpoints');
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

async function lockTaken(tx: Sql): Promise<boolean> {
  const [row] = await tx.query<{ taken: boolean }>('select pg_try_advisory_xact_lock($1) as taken', [advisoryLock]);
  assert(row !== undefined, 'a select of one row gives one');
  return row.taken;
}

