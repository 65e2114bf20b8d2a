import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import { isoTime } from '../platform/clock.ts';
import { listBoard, readBoardTicket } from '../store/board-lists.ts';
import { decideEffect, listEffects } from '../store/effect-lists.ts';
import { lockedIncident } from '../store/incident-lists.ts';
import { requestRun } from '../store/incidents.ts';
import { notifyWork } from '../store/notify.ts';
import { listRejects, readReject } from '../store/rejects.ts';
import type { PeopleDeps } from './people-deps.ts';
import {
  effectParams,
  effectQuery,
  effectSettle,
  rejectParams,
  rejectQuery,
  runNew,
  ticketParams,
  ticketQuery,
} from './people.schema.ts';
import type { Route } from './route.ts';
import { accepted, ok, readers, route } from './route.ts';
import { keepTyped } from './typed-text.ts';

/** What a list shows of each rejected body. */
const headChars = 512;

export function runRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/runs',
      summary: 'Ask for a playbook on an incident; whoever asks is the requester',
      roles: ['analyst', 'approver', 'admin'],
      body: runNew,
      handle: async ({ body, who }) => {
        const playbook = deps.playbooks().find((item) => item.name === body.playbook);
        if (playbook === undefined)
          throw new SallyportError('UNPROCESSABLE', 'there is no playbook of that name');
        return deps.db.transaction(async (tx) => {
          const incident = await lockedIncident(tx, deps.tenant, body.incident);
          if (incident.state === 'closed')
            throw new SallyportError('CONFLICT', 'the incident is closed');
          const request = {
            playbook: playbook.name,
            requester: who.person,
            rehearsal: body.rehearse,
            at: isoTime(deps.clock.nowMs()),
          };
          await requestRun(tx, incident.id, request);
          await appendEntries(tx, [
            newEntry(
              {
                tenant: deps.tenant,
                type: 'incident.changed',
                actor: who.actor,
                incident: incident.id,
                run: null,
                subject: playbook.name,
                outcome: 'opened',
                data: { from: incident.state, to: incident.state, requested: request },
              },
              deps.clock,
            ),
          ]);
          await notifyWork(tx);
          return accepted({
            incident: { id: incident.id, number: incident.number },
            playbook: playbook.name,
            version: playbook.version,
            rehearsal: body.rehearse,
          });
        });
      },
    }),
    ...effectRoutes(deps),
    ...ticketRoutes(deps),
  ];
}

function effectRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/effects',
      summary: 'Effects in one state; those that are held wait for a person',
      roles: readers,
      query: effectQuery,
      handle: async ({ query }) =>
        ok({ effects: await listEffects(deps.db, { tenant: deps.tenant, state: query.state }) }),
    }),
    route({
      method: 'POST',
      path: '/v1/effects/:key/settle',
      summary: 'Say what came of a held effect',
      roles: ['approver', 'admin'],
      params: effectParams,
      body: effectSettle,
      handle: ({ params, body, who }) =>
        deps.db.transaction(async (tx) => {
          const reason = await keepTyped(tx, deps, body.reason);
          return ok(
            await decideEffect(
              tx,
              {
                tenant: deps.tenant,
                key: params.key,
                outcome: body.outcome,
                actor: who.actor,
                reason,
              },
              deps.clock,
            ),
          );
        }),
    }),
  ];
}

function ticketRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/tickets',
      summary: 'Tickets of the local board, the newest first',
      roles: readers,
      query: ticketQuery,
      handle: async ({ query }) =>
        ok({
          tickets: await listBoard(deps.db, {
            tenant: deps.tenant,
            status: query.status ?? null,
            limit: query.limit,
          }),
        }),
    }),
    route({
      method: 'GET',
      path: '/v1/tickets/:id',
      summary: 'One ticket of the local board with its comments',
      roles: readers,
      params: ticketParams,
      handle: async ({ params }) => ok(await readBoardTicket(deps.db, deps.tenant, params.id)),
    }),
    route({
      method: 'GET',
      path: '/v1/rejects',
      summary: 'Deliveries that were rejected, the newest first',
      roles: readers,
      query: rejectQuery,
      handle: async ({ query }) =>
        ok({
          rejects: await listRejects(deps.db, { ...query, tenant: deps.tenant, headChars }),
        }),
    }),
    route({
      method: 'GET',
      path: '/v1/rejects/:id',
      summary: 'One rejected delivery, with all that is kept of its body, redacted',
      roles: readers,
      params: rejectParams,
      handle: async ({ params }) => ok(await readReject(deps.db, deps.tenant, params.id)),
    }),
  ];
}
