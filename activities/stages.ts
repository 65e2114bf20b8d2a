import type { ActivityDeps } from './deps.ts';

interface StageTimes {
  readonly received_at: Date;
  readonly committed_at: Date;
  readonly dispatched_at: Date | null;
  readonly looked_up_at: Date | null;
  readonly ticketed_at: Date | null;
}

/** Feeds the histogram of each stage from the times that the rows hold. Never fails its caller's work. */
export async function observeStages(
  { db, observe }: Pick<ActivityDeps, 'db' | 'observe'>,
  incidents: readonly string[],
): Promise<void> {
  const rows = await db
    .query<StageTimes>(
      `select received_at, committed_at, dispatched_at, looked_up_at, ticketed_at from incidents
        where id = any($1) and dispatched_at > clock_timestamp() - interval '1 minute' and follow_ups = 0`,
      [incidents],
    )
    .catch(() => []);
  for (const row of rows) {
    const since = (later: Date | null, earlier: Date | null): number | null =>
      later === null || earlier === null ? null : later.getTime() - earlier.getTime();
    const stages = {
      committed: since(row.committed_at, row.received_at),
      dispatched: since(row.dispatched_at, row.received_at),
      'looked-up': since(row.looked_up_at, row.received_at),
      ticketed: since(row.ticketed_at, row.received_at),
    };
    for (const [stage, ms] of Object.entries(stages))
      if (ms !== null && ms >= 0) observe(stage, ms);
  }
}
