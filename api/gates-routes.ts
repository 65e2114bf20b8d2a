import { SallyportError } from '../domain/errors.ts';
import { listGates } from '../store/gates.ts';
import { castUndo, castVote } from './cast-vote.ts';
import { showGate, summariesOf } from './gate-view.ts';
import type { PeopleDeps } from './people-deps.ts';
import { gateParams, gateQuery, gateShowQuery, revealNew, signedVote } from './people.schema.ts';
import { revealToken } from './reveal.ts';
import type { Route } from './route.ts';
import { ok, readers, route } from './route.ts';

export function gatesRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    ...votingRoutes(deps),
    route({
      method: 'GET',
      path: '/v1/gates',
      summary:
        'Gates, those that wait unless told otherwise, and what came of those that were approved',
      roles: readers,
      query: gateQuery,
      handle: async ({ query }) => {
        const states =
          query.state === 'all'
            ? (['open', 'approved', 'denied', 'expired', 'void'] as const)
            : [query.state];
        const gates = await listGates(deps.db, { tenant: deps.tenant, states });
        return ok({ gates: await summariesOf(deps, gates) });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/gates/:id',
      summary:
        'The exact order that waits, its digest, its votes; tokens in the clear for eligible approvers who ask',
      roles: readers,
      params: gateParams,
      query: gateShowQuery,
      handle: async ({ params, query, who }) =>
        ok(await showGate(deps, { gateId: params.id, who, reveal: query.reveal === 'yes' })),
    }),
  ];
}

function votingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/gates/:id/votes',
      summary: 'Cast a signed vote',
      roles: ['approver'],
      params: gateParams,
      body: signedVote,
      handle: ({ params, body, who }) => {
        if (body.payload.gateId !== params.id)
          throw new SallyportError(
            'REQUEST_INVALID',
            'body.payload.gateId: is not the gate of this address',
          );
        if (body.payload.decision === 'undo')
          throw new SallyportError(
            'REQUEST_INVALID',
            'body.payload.decision: an undo has a route of its own',
          );
        return castVote(deps, body, who);
      },
    }),
    route({
      method: 'POST',
      path: '/v1/gates/:id/undo',
      summary: 'Start the undo of an action that was done, with one signed vote',
      roles: ['approver'],
      params: gateParams,
      body: signedVote,
      handle: ({ params, body, who }) => {
        if (body.payload.gateId !== params.id)
          throw new SallyportError(
            'REQUEST_INVALID',
            'body.payload.gateId: is not the gate of this address',
          );
        if (body.payload.decision !== 'undo')
          throw new SallyportError(
            'REQUEST_INVALID',
            'body.payload.decision: this route takes an undo only',
          );
        return castUndo(deps, body, who);
      },
    }),
    route({
      method: 'POST',
      path: '/v1/reveal',
      summary: 'The original behind a token; recorded with the reason',
      roles: ['approver'],
      body: revealNew,
      handle: async ({ body, who }) =>
        ok(await revealToken(deps, { token: body.token, reason: body.reason, who })),
    }),
  ];
}
