import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { idOf } from '../domain/digest.ts';
import type { Actor } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import { asJson, type Json } from '../domain/json.ts';
import { quietLimits, type QuietWindow } from '../domain/quiet.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';

/** A quiet window that people made, as lists show it. */
export interface KeptWindow extends QuietWindow {
  readonly createdBy: string;
  readonly createdAt: string;
  readonly endedBy: string | null;
  readonly endedAt: string | null;
  /** Incidents that it has hidden. */
  readonly hidden: number;
}

interface Row {
  readonly id: string;
  readonly body: Omit<QuietWindow, 'id'>;
  readonly created_by: string;
  readonly created_at: Date;
  readonly ended_by: string | null;
  readonly ended_at: Date | null;
  readonly hidden: number;
}

/** Those that may hide something now or later, for triage. */
export async function liveWindows(
  sql: Sql,
  tenant: string,
  nowMs: number,
): Promise<readonly QuietWindow[]> {
  const rows = await sql.query<Pick<Row, 'id' | 'body'>>(
    `select id, body from quiet_windows where tenant = $1 and ended_at is null and ends_at > $2 order by starts_at, id limit $3`,
    [tenant, isoTime(nowMs), quietLimits.liveMax],
  );
  return rows.map(({ id, body }) => ({ ...body, id }));
}

const listed = 500;

export async function listWindows(
  sql: Sql,
  tenant: string,
  of: { readonly liveAtMs: number | null },
): Promise<readonly KeptWindow[]> {
  const rows = await sql.query<Row>(
    `select w.id, w.body, w.created_by, w.created_at, w.ended_by, w.ended_at,
            (select count(*) from quiet_hits h where h.window_id = w.id) as hidden
       from quiet_windows w
      where w.tenant = $1 and ($2::timestamptz is null or (w.ended_at is null and w.ends_at > $2))
      order by w.created_at desc, w.id limit $3`,
    [tenant, of.liveAtMs === null ? null : isoTime(of.liveAtMs), listed],
  );
  return rows.map((row) => ({
    ...row.body,
    id: row.id,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    endedBy: row.ended_by,
    endedAt: row.ended_at?.toISOString() ?? null,
    hidden: row.hidden,
  }));
}

export interface NewWindow {
  readonly tenant: string;
  readonly actor: Actor;
  readonly window: Omit<QuietWindow, 'id'>;
}

/** Makes a window, with its entry. CONFLICT where too many are live: triage tries each of them. */
export async function addWindow(
  tx: Sql,
  { tenant, actor, window }: NewWindow,
  clock: Clock,
): Promise<QuietWindow> {
  const nowMs = clock.nowMs();
  const id = `${window.kind}/${idOf('qw', 'sallyport/quiet/v1', [tenant, actor.id, nowMs, asJson(window)])}`;
  if ((await liveWindows(tx, tenant, nowMs)).length >= quietLimits.liveMax)
    throw new SallyportError('CONFLICT', `at most ${quietLimits.liveMax} windows are live at once`);
  await tx.query(
    `insert into quiet_windows (id, tenant, body, starts_at, ends_at, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, tenant, JSON.stringify(window), window.from, window.until, actor.id, isoTime(nowMs)],
  );
  await say(
    tx,
    { tenant, actor, id, outcome: 'opened', data: { ...window, repeat: repeatOf(window) } },
    clock,
  );
  return { ...window, id };
}

const repeatOf = ({ repeat }: Omit<QuietWindow, 'id'>): Json =>
  repeat === null ? null : { ...repeat, days: [...repeat.days] };

export interface EndOfWindow {
  readonly tenant: string;
  readonly actor: Actor;
  readonly id: string;
  readonly reason: string;
}

/** Ends a window before its time; what it hides is decided anew at once. NOT_FOUND, CONFLICT where it is over. */
export async function endWindow(tx: Sql, end: EndOfWindow, clock: Clock): Promise<void> {
  const { tenant, actor, id, reason } = end;
  const [row] = await tx.query<{ over: boolean }>(
    `select ended_at is not null or ends_at <= $3 as over from quiet_windows where tenant = $1 and id = $2 for update`,
    [tenant, id, isoTime(clock.nowMs())],
  );
  if (row === undefined) throw new SallyportError('NOT_FOUND', 'there is no such window');
  if (row.over) throw new SallyportError('CONFLICT', 'the window is over');
  await tx.query('update quiet_windows set ended_at = $2, ended_by = $3 where id = $1', [
    id,
    isoTime(clock.nowMs()),
    actor.id,
  ]);
  const freed = await tx.query(
    `update incidents set due_at = clock_timestamp()
      where tenant = $1 and state = 'ignored' and batch_id is null and trace->'rule'->>'id' = $2
        and id in (select incident_id from quiet_hits where window_id = $2) returning id`,
    [tenant, id],
  );
  await say(
    tx,
    { tenant, actor, id, outcome: 'closed', data: { reason, decidedAnew: freed.length } },
    clock,
  );
}

interface Saying {
  readonly tenant: string;
  readonly actor: Actor;
  readonly id: string;
  readonly outcome: 'opened' | 'closed';
  readonly data: Parameters<typeof newEntry>[0]['data'];
}

async function say(
  tx: Sql,
  { tenant, actor, id, outcome, data }: Saying,
  clock: Clock,
): Promise<void> {
  await appendEntries(tx, [
    newEntry(
      {
        tenant,
        type: 'quiet.changed',
        actor,
        incident: null,
        run: null,
        subject: id,
        outcome,
        data,
      },
      clock,
    ),
  ]);
}
