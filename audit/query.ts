import type { Actor, Entry } from '../domain/entry.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../store/database.ts';
import { appendEntries } from './append.ts';
import { newEntry } from './entry.ts';

/** Every field narrows; times are RFC 3339, `to` is exclusive. */
export interface AuditFilter {
  /** `person:alice`, or just `alice` for any kind. */
  readonly actor?: string;
  /** An entry type, or a family such as `gate`. */
  readonly type?: string;
  readonly outcome?: Entry['outcome'];
  readonly incident?: string;
  readonly run?: string;
  readonly subject?: string;
  /** `name` or `name@version`: what runs of that playbook did and what was done about them. */
  readonly playbook?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface AuditPage {
  /** Newest first. `seq` is null for the last second's entries, which the log does not hold yet. */
  readonly entries: readonly (Entry & { readonly seq: number | null })[];
  /** Pass it as `cursor` for older ones; null at the end. */
  readonly next: number | null;
}

export const pageLimits = { entriesDefault: 50, entriesMax: 500 } as const;

export interface AuditReader {
  readonly tenant: string;
  readonly actor: Actor;
}

export interface AuditQuery {
  readonly filter: AuditFilter;
  readonly limit?: number;
  readonly cursor?: number | null;
  readonly reader: AuditReader;
  /** People type filters; what of them is written down goes through this. */
  readonly redact: (text: string) => string;
}

/** Answers who did what when, and writes down that somebody asked. */
export async function queryAudit(
  deps: { readonly db: Database; readonly clock: Clock },
  query: AuditQuery,
): Promise<AuditPage> {
  const limit = Math.max(
    1,
    Math.min(query.limit ?? pageLimits.entriesDefault, pageLimits.entriesMax),
  );
  const { text, values } = conditionsOf(query);
  const rows = await deps.db.query<{ seq: number | null; inserted: number; body: string }>(
    `select seq, inserted, body from audit_log where ${text} order by inserted desc limit ${limit + 1}`,
    values,
  );
  const shown = rows.slice(0, limit);
  await recordRead(
    deps.db,
    { reader: query.reader, what: { filter: redacted(query), entries: shown.length } },
    deps.clock,
  );
  // Bodies are entries that `appendEntries` wrote.
  const entries = shown.map((row) => ({ seq: row.seq, ...(JSON.parse(row.body) as Entry) }));
  return { entries, next: rows.length > limit ? (shown.at(-1)?.inserted ?? null) : null };
}

function redacted({ filter, redact }: AuditQuery): JsonObject {
  return Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, redact(value)]));
}

/** An entry about somebody reading the log, or an incident's history. */
export async function recordRead(
  sql: Sql,
  read: {
    readonly reader: AuditReader;
    readonly what: JsonObject;
    readonly incident?: string;
    readonly type?: 'audit.read' | 'audit.exported';
  },
  clock: Clock,
): Promise<void> {
  const { reader, what, incident = null, type = 'audit.read' } = read;
  const entry = newEntry(
    {
      tenant: reader.tenant,
      type,
      actor: reader.actor,
      incident,
      run: null,
      subject: null,
      outcome: 'done',
      data: what,
    },
    clock,
  );
  await appendEntries(sql, [entry]);
}

function conditionsOf(query: AuditQuery): { text: string; values: unknown[] } {
  const parts: string[] = [];
  const values: unknown[] = [];
  const add = (text: string, value: unknown): void => {
    values.push(value);
    parts.push(text.replaceAll('?', `$${values.length}`));
  };
  const { filter } = query;
  add("tenant = any(array[?, 'system'])", query.reader.tenant);
  if (filter.actor !== undefined)
    add(filter.actor.includes(':') ? 'actor = ?' : "split_part(actor, ':', 2) = ?", filter.actor);
  if (filter.type !== undefined)
    add(filter.type.includes('.') ? 'type = ?' : "split_part(type, '.', 1) = ?", filter.type);
  if (filter.outcome !== undefined) add('outcome = ?', filter.outcome);
  if (filter.incident !== undefined) add('incident = ?', filter.incident);
  if (filter.run !== undefined) add('run = ?', filter.run);
  if (filter.subject !== undefined) add('subject = ?', filter.subject);
  if (filter.from !== undefined) add('time >= ?::timestamptz', filter.from);
  if (filter.to !== undefined) add('time < ?::timestamptz', filter.to);
  if (filter.playbook !== undefined) add(playbookCondition, filter.playbook);
  if (query.cursor !== undefined && query.cursor !== null) add('inserted < ?', query.cursor);
  return { text: parts.join(' and '), values };
}

const playbookCondition = `(run in (select key from runs where playbook = ? or playbook || '@' || version = ?)
  or actor = 'playbook:' || ? or actor like 'playbook:' || replace(replace(?, '\\', '\\\\'), '_', '\\_') || '@%')`;
