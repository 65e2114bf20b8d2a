import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams, SpawnOptions } from 'node:child_process';

export type HeldChild = ChildProcessWithoutNullStreams;

/**
 * `exec` keeps the process, so that its number and its start time are those of the program. At the end of its input, which comes with the end of
 * the engine, the shell goes without having run anything.
 */
const waitForWord = 'read -r word && exec "$@" </dev/null';

/**
 * Spawns a program in a session of its own that does not run before `letGo`. An engine may be killed at any time: what it has spawned and not
 * yet written down would be met by the next one, as a server that holds the data directory and that nobody may end.
 */
export function spawnHeld(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>,
): HeldChild {
  const child = spawn('/bin/sh', ['-c', waitForWord, 'sh', command, ...args], {
    ...options,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // One that ended before it was let go.
  child.stdin.on('error', () => undefined);
  return child;
}

export const letGo = (child: HeldChild): void => void child.stdin.end('go\n');
