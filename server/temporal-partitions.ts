import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/**
 * Into how many parts the server divides a task queue. A part that no worker polls at the moment hands over ten tasks a
 * second: with several parts, what waited while the engine was away is heard of late, one task in front of the other.
 */
export const partitionsAnew = 1;

/** The server's default. A file that was made with it keeps it: tasks in the other parts would never be read again. */
const partitionsBefore = 4;

/** With how many partitions the server of this `file` has to go on; `made` says with how many it was made. */
export async function partitionsOf(file: string, made: string): Promise<number> {
  if (!existsSync(file)) return partitionsAnew;
  const said = await readFile(made, 'utf8').catch(() => '');
  return /^[1-9]$/.test(said) ? Number(said) : partitionsBefore;
}
