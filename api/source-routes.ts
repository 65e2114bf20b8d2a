import { listWatched } from '../store/source-watch.ts';
import type { PeopleDeps } from './people-deps.ts';
import { ok, readers, route, type Route } from './route.ts';

/** How the sources are that state a cadence or get canaries. */
export function sourceRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/sources',
      summary: 'Watched sources: when they were heard last, and how long their canaries took',
      roles: readers,
      handle: async () => {
        const watched = await listWatched(deps.db, deps.tenant);
        return ok({
          sources: watched.map((row) => ({
            source: row.source,
            since: row.since,
            heardAt: row.heard_at,
            silentSince: row.silent_since,
            canarySentAt: row.canary_sent_at,
            canaryDoneAt: row.canary_done_at,
            canaryMs: row.canary_ms,
            canaryMissedAt: row.canary_missed_at,
          })),
        });
      },
    }),
  ];
}
