import { recover } from '../store/recover.ts';
import type { PeopleDeps } from './people-deps.ts';
import { recoverAsk } from './people.schema.ts';
import type { Route } from './route.ts';
import { ok, route } from './route.ts';
import { keepTyped } from './typed-text.ts';

/** What a person must decide after the database was set back to an older copy. */
export function recoverRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/recover',
      summary: 'Go on from a database that is an older copy',
      roles: ['admin'],
      body: recoverAsk,
      handle: ({ body, who }) =>
        deps.db.transaction(async (tx) => {
          const reason = await keepTyped(tx, deps, body.reason);
          const { tenant, ledgerOrigin: firstOrigin } = deps;
          return ok(
            await recover(tx, { tenant, actor: who.actor, reason, firstOrigin }, deps.clock),
          );
        }),
    }),
  ];
}
