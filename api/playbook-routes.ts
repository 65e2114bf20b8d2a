import type { PeopleDeps } from './people-deps.ts';
import type { Route } from './route.ts';
import { ok, readers, route } from './route.ts';

export function playbookRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/playbooks',
      summary: 'Playbooks as they are loaded, by name',
      roles: readers,
      handle: async () =>
        ok({ playbooks: deps.playbooks().toSorted((a, b) => (a.name < b.name ? -1 : 1)) }),
    }),
  ];
}
