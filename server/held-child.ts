import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';

/**
 * `exec` keeps the process, so that its number and its start time are those of the program. At the end of its input,
 * which comes with the end of the engine, the shell goes without having run anything.
 */
const waitForWord = 'read -r word && exec "$@" </dev/null';

/**
 * Spawns a program, in a session of its own, that does not run before `letGo`. An engine may be killed at any time: what
 * it has spawned and not yet written down would be met by the next one, as a server that holds the data directory and
 * that nobody may end.
 */
export function spawnHeld(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>,
): ChildProcess {
  const child: ChildProcess = spawn('/bin/sh', ['-c', waitForWord, 'sh', command, ...args], {
    ...options,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // The word may come too late for one that has ended. Where there are no file descriptors left, there is no pipe at all.
  child.stdin?.on('error', () => undefined);
  return child;
}

export const letGo = (held: ChildProcess): void => void held.stdin?.end('go\n');

/** It goes without having run. */
export const dismiss = (held: ChildProcess): void => void held.stdin?.destroy();
