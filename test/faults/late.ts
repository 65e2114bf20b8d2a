import type { Engine } from './engine.ts';

/** From here on a chain's line says where the time of its last ticket went. */
const lateMs = 8_000;

export interface Recovery {
  /** Of the chain's last kill and of `/readyz` 200 after it, by the wall clock. */
  readonly killedAtMs: number;
  readonly readyAtMs: number;
}

export interface Interrupted {
  readonly count: number;
  /** From `/readyz` 200 until the last of them had its ticket. */
  readonly ticketedMs: number;
  /** What happened to that last one, each with its time after `/readyz` 200 in milliseconds; left out where it was not late. */
  readonly late?: readonly string[];
}

/** The accepted alerts that a chain's last kill left without a ticket. */
export async function interruptedBy(engine: Engine, recovery: Recovery): Promise<Interrupted> {
  const { killedAtMs, readyAtMs } = recovery;
  const rows = await engine.query<{ id: string; atMs: number }>(
    `select id, (extract(epoch from ticketed_at) * 1000)::float8 as "atMs" from incidents
      where received_at <= to_timestamp($1::float8 / 1000) and ticketed_at > to_timestamp($1::float8 / 1000) order by ticketed_at desc`,
    [killedAtMs],
  );
  const [last] = rows;
  if (last === undefined) return { count: 0, ticketedMs: 0 };
  const ticketedMs = Math.max(0, Math.round(last.atMs - readyAtMs));
  const found = { count: rows.length, ticketedMs };
  return ticketedMs < lateMs
    ? found
    : { ...found, late: await storyOf(engine, last.id, readyAtMs) };
}

/** Entries of its history, and the stamps of its batches, which have none of their own, in the order of time. */
async function storyOf(
  engine: Engine,
  incident: string,
  readyAtMs: number,
): Promise<readonly string[]> {
  const rows = await engine.query<{ atMs: number; what: string }>(
    `select (extract(epoch from time) * 1000)::float8 as "atMs", what from (
       select time, concat_ws(' ', type, outcome, body::json->'data'->>'outcome', body::json->'data'->>'state', body::json->'data'->>'host') as what
         from audit_entries where incident = $1
       union all
       select time, concat(what, ' ', b.id) from batches b,
              lateral (values (b.stamped_at, 'batch stamped'), (b.started_at, 'batch started'), (b.closed_at, 'batch closed')) as v(time, what)
        where v.time is not null and b.id in (select batch_id from runs where incident_id = $1)
       union all
       select called_at, concat('called ', capability, ' fence ', fence) from effects where incident_id = $1 and called_at is not null
     ) as story(time, what) order by time`,
    [incident],
  );
  return rows.map(({ atMs, what }) => `${Math.round(atMs - readyAtMs)} ${what}`);
}
