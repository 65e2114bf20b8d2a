import type { Client } from '@temporalio/client';
import { createDispatcher } from '../../intake/dispatcher.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import type { Database } from '../../store/database.ts';
import { sampleCatalog, tenant } from './due-incidents.ts';

/** The real dispatcher works until `check` has ended; without one of another process beside it. */
export async function whileDispatching(
  { db, client, clock = systemClock }: { db: Database; client: Client; clock?: Clock },
  check: () => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const dispatcher = createDispatcher({
    ...{ db, clock, tenant, client, alone: true },
    catalog: () => sampleCatalog,
    log: () => undefined,
  });
  const running = dispatcher.run(stopping.signal);
  try {
    await check();
  } finally {
    stopping.abort();
    await running;
  }
}
