import { parseDuration } from '../domain/duration.ts';
import { knownSources } from '../intake/accept.ts';
import { pullOnce, type PullDeps } from '../intake/pull/round.ts';
import type { Logger } from '../platform/logger.ts';
import { every, loopComponent } from './loop.ts';
import type { Component } from './supervise.ts';

const defaultEveryMs = 60_000;

/** A loop for each source that is asked instead of sending, or beside it. */
export function pullSources<Sealed>(deps: PullDeps<Sealed>, logger: Logger): readonly Component[] {
  return [...knownSources(deps).values()].flatMap((known) => {
    const { pull } = known.source;
    if (pull === undefined) return [];
    const everyMs = parseDuration(pull.every) ?? defaultEveryMs;
    const onError = (error: unknown): void =>
      logger.warn({ err: error, source: known.name }, 'a source could not be read');
    return [
      loopComponent(`pull-${known.name}`, (signal) =>
        every(everyMs, async () => void (await pullOnce(deps, known, signal)), { signal, onError }),
      ),
    ];
  });
}
