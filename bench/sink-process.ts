import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FalconAct } from './falcon.ts';

export interface SinkTicket {
  readonly externalId: string;
  /** Of the alert that the ticket tells of, `bench-<index>`; empty where it names none. */
  readonly alertId: string;
  readonly atMs: number;
}

export interface SinkProcess {
  readonly url: string;
  /** Waits until that many tickets came in; fails when none comes any more. */
  untilTickets(count: number, waitMs: number): Promise<void>;
  tickets(): Promise<readonly SinkTicket[]>;
  /** What was done to hosts. */
  acts(): Promise<readonly FalconAct[]>;
  /** How many planted secrets stand in the tickets. */
  leaks(): Promise<number>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** The sink of `sink.ts` as a process of its own, so that its work does not hide in the load generator's. */
export async function startSinkProcess(): Promise<SinkProcess> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./sink.ts', import.meta.url)), '--port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  process.once('exit', () => child.kill());
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const get = async <Answer>(path: string): Promise<Answer> =>
    (await (await fetch(url + path)).json()) as Answer;
  return {
    url,
    untilTickets: (count, waitMs) =>
      untilTickets(() => get<{ tickets: number }>('/stats'), count, waitMs),
    tickets: () => get<readonly SinkTicket[]>('/tickets.log'),
    acts: () => get<readonly FalconAct[]>('/acts.log'),
    leaks: async () => (await get<{ leaks: number }>('/stats')).leaks,
    reset: async () => void (await fetch(`${url}/reset`, { method: 'POST' })),
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function untilTickets(
  stats: () => Promise<{ tickets: number }>,
  count: number,
  waitMs: number,
): Promise<void> {
  const deadlineMs = Date.now() + waitMs;
  for (let { tickets } = await stats(); tickets < count; { tickets } = await stats()) {
    if (Date.now() > deadlineMs) throw new Error(`only ${tickets} of ${count} tickets came in`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
