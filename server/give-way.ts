import { setPriority } from 'node:os';

/** A ninth of the processor time, where both want all of it. */
const niceness = 10;

/**
 * Lets what answers senders and people run first where the processor is short: a batch can wait, a sender that waits
 * sends again. Lowers this thread (0) and those that it makes from now on, or a process that was just made; one that never
 * came to be has no pid. Linux alone knows
 * priorities of threads; elsewhere, and where it may not be done, all stay equal. There is no way back up: an intake
 * thread or a PostgreSQL that this thread has to start again ranks with the batches until the next start.
 */
export function giveWay(pid: number | undefined): void {
  if (pid === undefined || process.platform !== 'linux') return;
  try {
    setPriority(pid, niceness);
  } catch {
    return;
  }
}
