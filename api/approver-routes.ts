import { SallyportError } from '../domain/errors.ts';
import { personKey } from '../domain/gate.ts';
import { addApprover, loadApprovers, revokeApprover } from '../store/approvers.ts';
import type { PeopleDeps } from './people-deps.ts';
import { approverNew, approverParams, approverRevoke } from './people.schema.ts';
import type { Route } from './route.ts';
import { created, ok, readers, route } from './route.ts';
import { keepTyped } from './typed-text.ts';

export function approverRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/approvers',
      summary: 'Who may vote, in which groups, with which keys',
      roles: readers,
      handle: async () => ok({ approvers: await loadApprovers(deps.db, deps.tenant) }),
    }),
    route({
      method: 'POST',
      path: '/v1/approvers',
      summary: 'Register an approver, or give one further keys or other groups',
      roles: ['admin'],
      body: approverNew,
      handle: ({ body, who }) => {
        // SECURITY: whoever hands out the right to vote must not hand it to themselves.
        if (personKey(body.person) === personKey(who.person))
          throw new SallyportError(
            'ROLE_MISSING',
            'nobody makes themselves an approver; ask another administrator',
          );
        return deps.db.transaction(async (tx) => {
          const reason = await keepTyped(tx, deps, body.reason);
          return created(
            await addApprover(
              tx,
              { ...body, tenant: deps.tenant, actor: who.actor, reason },
              deps.clock,
            ),
          );
        });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/approvers/:id/revoke',
      summary: 'Revoke an approver or one key; counts at once, for votes already cast too',
      roles: ['admin'],
      params: approverParams,
      body: approverRevoke,
      handle: ({ params, body, who }) =>
        deps.db.transaction(async (tx) => {
          const reason = await keepTyped(tx, deps, body.reason);
          const key = body.keyId === undefined ? {} : { keyId: body.keyId };
          return ok(
            await revokeApprover(
              tx,
              { tenant: deps.tenant, actor: who.actor, reason, id: params.id, ...key },
              deps.clock,
            ),
          );
        }),
    }),
  ];
}
