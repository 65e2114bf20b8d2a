import { SallyportError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { isoTime } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from '../store/database.ts';
import { pathOf, rangeHash } from './merkle.ts';
import type { LeafRange, SubtreeReader } from './merkle.ts';
import { blockMax, readPlaces } from './places.ts';
import type { Placed } from './places.ts';
import { createSubtreeReader, readCheckpointFile } from './tile-files.ts';

/** Which part of the log. Times are RFC 3339; a period is every entry between the first and the last one written in it. */
export type ExportSelection =
  | { readonly kind: 'log' }
  | { readonly kind: 'incident'; readonly id: string }
  | { readonly kind: 'run'; readonly key: string }
  | { readonly kind: 'period'; readonly from: string; readonly to: string };

export interface ExportDeps {
  readonly sql: Sql;
  /** The sequencer's directory. */
  readonly dir: string;
  readonly verifierKey: string;
  readonly clock: Clock;
}

/** Entries of an export that is not one stretch of the log; more must be asked for by period. */
export const pickedEntriesMax = 200_000;
const pageMax = 500;

/** What carries a decision: whoever is shown a deed must be able to check it. */
const evidenceTypes = [
  'gate.opened',
  'gate.decided',
  'vote.cast',
  'vote.refused',
  'warrant.granted',
  'warrant.used',
  'warrant.void',
];
const deedTypes = [
  'effect.intent',
  'effect.result',
  'effect.settled',
  'warrant.used',
  'warrant.granted',
  'gate.decided',
  'vote.cast',
];

/**
 * One file: a header with the signed checkpoint, entries in order, each with its proof, a last line with the count.
 * A proof is RFC 6962's, cut at the first node that an earlier proof in the file has shown. Entries behind the
 * checkpoint are not in it. NOT_FOUND where there is no checkpoint yet.
 */
export async function* exportLines(
  deps: ExportDeps,
  selection: ExportSelection,
): AsyncGenerator<string> {
  const checkpoint = await readCheckpointFile(deps.dir);
  if (checkpoint === null)
    throw new SallyportError('NOT_FOUND', 'the log has no checkpoint yet; wait a second');
  const { head, note } = checkpoint;
  const { picked, span } = await select(deps.sql, selection, head.size);
  yield line({
    format: 'sallyport-audit-export/v1',
    origin: head.origin,
    keys: [deps.verifierKey],
    checkpoint: note,
    selection: { ...selection },
    span: span === null ? null : { from: span.start, to: span.end },
    exportedAt: isoTime(deps.clock.nowMs()),
  });
  const proofs = createProofs(head.size, createSubtreeReader(deps.dir, head.size));
  let entries = 0;
  for await (const rows of pages(deps.sql, picked, span)) {
    for (const row of rows)
      yield line({
        seq: row.seq,
        entry: row.body,
        proof: (await proofs.next(row.seq)).map((hash) => hash.toString('base64')),
      });
    entries += rows.length;
  }
  yield line({ end: true, entries });
}

const line = (value: JsonObject): string => `${JSON.stringify(value)}\n`;

interface Selected {
  /** Entries before the span, in order. */
  readonly picked: readonly Picked[];
  readonly span: LeafRange | null;
}

/** An entry by its place in the log, and by what finds its row. */
interface Picked {
  readonly seq: number;
  readonly inserted: number;
}

async function select(sql: Sql, selection: ExportSelection, size: number): Promise<Selected> {
  if (selection.kind === 'log') return { picked: [], span: { start: 0, end: size } };
  const where = conditionOf(selection);
  if (selection.kind !== 'period')
    return { picked: await withEvidence(sql, { ...where, size, below: size }), span: null };
  const [row] = await sql.query<{ first: number | null; last: number | null }>(
    `select min(seq) as first, max(seq) as last from audit_log where ${where.text} and seq < $1`,
    [size, ...where.values],
  );
  const span = {
    start: row?.first ?? 0,
    end: row === undefined || row.last === null ? 0 : row.last + 1,
  };
  if (span.end === 0) return { picked: [], span: null };
  const within = { text: spanCondition, values: [span.start, span.end] };
  const all = await withEvidence(sql, { ...within, size, below: span.start });
  return { picked: all.filter(({ seq }) => seq < span.start), span };
}

/** Places from `$2` to before `$3`. Rows are found by insertion: no index knows places. */
const aroundSpan = `from audit_groups where seq > $2 - ${blockMax} and seq < $3`;
const spanCondition = `inserted >= (select min(first) ${aroundSpan}) and inserted < (select max(first) + ${blockMax} ${aroundSpan})
  and seq >= $2 and seq < $3`;

/** With `$1` for the size of the log. */
function conditionOf(selection: Exclude<ExportSelection, { kind: 'log' }>): {
  text: string;
  values: unknown[];
} {
  if (selection.kind === 'incident') return { text: 'incident = $2', values: [selection.id] };
  if (selection.kind === 'run') return { text: 'run = $2', values: [selection.key] };
  return {
    text: 'time >= $2::timestamptz and time <= $3::timestamptz',
    values: [selection.from, selection.to],
  };
}

/** The entries chosen, and below `below` those that show who decided about what they tell of, and who could. */
async function withEvidence(
  sql: Sql,
  chosen: { text: string; values: unknown[]; size: number; below: number },
): Promise<readonly Picked[]> {
  const at = chosen.values.length + 2;
  const rows = await sql.query<Picked>(
    `with chosen as (select seq, inserted, incident, type from audit_log where ${chosen.text} and seq < $1)
     select seq, inserted from chosen where seq < $${at}
     union
     select seq, first from audit_groups where seq = 0 and $${at} > 0
     union
     select seq, inserted from audit_log where type = 'approver.changed' and seq < $${at}
     union
     select seq, inserted from audit_log
      where type = any($${at + 1}::text[]) and seq < $${at}
        and incident in (select c.incident from chosen c where c.type = any($${at + 2}::text[]))
     order by seq limit $${at + 3}`,
    [chosen.size, ...chosen.values, chosen.below, evidenceTypes, deedTypes, pickedEntriesMax + 1],
  );
  if (rows.length > pickedEntriesMax)
    throw new SallyportError(
      'UNPROCESSABLE',
      `the export would hold more than ${pickedEntriesMax} entries; ask for a period or the whole log`,
    );
  return rows;
}

async function* pages(
  sql: Sql,
  picked: readonly Picked[],
  span: LeafRange | null,
): AsyncGenerator<readonly Placed[]> {
  for (let at = 0; at < picked.length; at += pageMax) {
    yield sql.query<Placed>(
      'select seq, body from audit_log where inserted = any($1::bigint[]) order by seq',
      [picked.slice(at, at + pageMax).map(({ inserted }) => inserted)],
    );
  }
  for (let from = span?.start ?? 0; span !== null && from < span.end; from += pageMax)
    yield readPlaces(sql, { from, to: Math.min(from + pageMax, span.end) });
}

/** Proofs for entries in ascending order, each without what those before it have shown. */
function createProofs(size: number, read: SubtreeReader): { next(seq: number): Promise<Buffer[]> } {
  const shown = new Set<string>([keyOf({ start: 0, end: size })]);
  return {
    async next(seq) {
      const siblings: LeafRange[] = [];
      for (const step of pathOf(seq, size)) {
        if (shown.has(keyOf(step.node))) break;
        siblings.push(step.sibling);
        shown.add(keyOf(step.node)).add(keyOf(step.sibling));
      }
      return Promise.all(siblings.map((sibling) => rangeHash(sibling, read)));
    },
  };
}

const keyOf = (range: LeafRange): string => `${range.start}-${range.end}`;
