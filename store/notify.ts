import pg from 'pg';
import type { Sql } from './database.ts';

/** Says that there may be work: intake committed, or a batch ended. Delivered when the transaction commits. */
export const workChannel = 'sallyport_work';

export async function notifyWork(tx: Sql): Promise<void> {
  await tx.query(`select pg_notify('${workChannel}', '')`);
}

/** Calls `onWork` at each notification. A lost connection is opened again; callers poll as well, so nothing is missed. */
export async function listenForWork(
  url: string,
  onWork: () => void,
): Promise<{ close(): Promise<void> }> {
  let closed = false;
  let client = await open(url, onWork);
  client.once('error', () => void reopen());
  async function reopen(): Promise<void> {
    for (let pauseMs = 200; !closed; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      const next = await open(url, onWork).catch(() => null);
      if (next !== null) {
        client = next;
        client.once('error', () => void reopen());
        return onWork();
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  }
  return {
    close: async () => {
      closed = true;
      await client.end().catch(() => undefined);
    },
  };
}

async function open(url: string, onWork: () => void): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'sallyport-listen',
    keepAlive: true,
  });
  // A dying connection says so more than once; whoever reopens it listens to the first only.
  client.on('error', () => undefined);
  await client.connect();
  client.on('notification', onWork);
  await client.query(`listen ${workChannel}`);
  return client;
}
