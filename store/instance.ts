import { randomInt } from 'node:crypto';
import pg from 'pg';

/** Class id of the advisory locks that stand for living processes. */
export const instanceLockClass = 7717;

export interface Instance {
  /** Random, unique while it lives; holders of leases are named by it. */
  readonly id: number;
  close(): Promise<void>;
}

/**
 * A living process holds a session lock under its number. PostgreSQL drops the lock when the process dies, so that a
 * lease of a killed process ends at once, and one of a process that merely hangs ends by its time.
 */
export async function openInstance(url: string): Promise<Instance> {
  const id = randomInt(1, 2 ** 31 - 1);
  let client = await hold(url, id);
  let closed = false;
  function renew(): void {
    client.once('error', () => {
      if (!closed) void regain();
    });
  }
  async function regain(): Promise<void> {
    for (let pauseMs = 200; !closed; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      const next = await hold(url, id).catch(() => null);
      if (next !== null) {
        client = next;
        return renew();
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  }
  renew();
  return {
    id,
    close: async () => {
      closed = true;
      await client.end().catch(() => undefined);
    },
  };
}

async function hold(url: string, id: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'sallyport-instance',
    keepAlive: true,
  });
  // A dying connection says so more than once; whoever reopens it listens to the first only.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select pg_advisory_lock($1, $2)', [instanceLockClass, id]);
  return client;
}
