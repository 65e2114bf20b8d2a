import { readFileSync } from 'node:fs';

/** So many connections at once whatever the system allows; those beyond are closed at once. */
const usualMax = 2_048;
/** Of all descriptors that many parts at most are connections from outside: the rest are files, sockets and timers of ours. */
const parts = 3;
const leastMax = 16;

/**
 * SECURITY: strangers who hold connections open must not use up the descriptors of this process. Node ends itself where
 * none is left for one of its own clocks.
 */
export function connectionsMaxOf(limits: string = systemLimits()): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  if (soft === undefined) return usualMax;
  return Math.max(leastMax, Math.min(usualMax, Math.floor(Number(soft) / parts)));
}

/** Empty where the system has no such file. */
function systemLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
