import { listIncidents, lockedIncident, readIncidentFile } from '../store/incident-lists.ts';
import { readJoining } from '../store/joining.ts';
import { readStaying } from '../store/staying.ts';
import { addNote } from '../store/notes.ts';
import { merge } from './incident-merge.ts';
import { change, promote, refuseUnlessDraft, toReport } from './incident-changes.ts';
import type { PeopleDeps } from './people-deps.ts';
import {
  incidentAck,
  incidentAssign,
  incidentClose,
  incidentDecide,
  incidentMerge,
  incidentNew,
  incidentNote,
  incidentParams,
  incidentQuery,
} from './people.schema.ts';
import type { Route } from './route.ts';
import { created, ok, readers, route } from './route.ts';
import { keepTyped } from './typed-text.ts';

const handlers = ['analyst', 'approver', 'admin'] as const;

export function incidentRoutes(deps: PeopleDeps): readonly Route[] {
  return [...readingRoutes(deps), ...workingRoutes(deps), noteRoute(deps), ...decidingRoutes(deps)];
}

function readingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/incidents',
      summary: 'Incidents, the newest first',
      roles: readers,
      query: incidentQuery,
      handle: async ({ query }) =>
        ok(
          await listIncidents(deps.db, {
            tenant: deps.tenant,
            state: query.state ?? null,
            severityMin: query.severityMin ?? 0,
            assignee:
              query.assignee === undefined ? null : deps.redactor.redactText(query.assignee).text,
            format: query.format ?? null,
            storm: query.storm ?? null,
            before: query.cursor === undefined ? null : Number(query.cursor),
            limit: query.limit,
          }),
        ),
    }),
    route({
      method: 'GET',
      path: '/v1/incidents/:id',
      summary: 'One incident with its runs, gates, tickets, effects and notes',
      roles: readers,
      params: incidentParams,
      handle: async ({ params }) => ok(await readIncidentFile(deps.db, deps.tenant, params.id)),
    }),
    route({
      method: 'GET',
      path: '/v1/incidents/:id/explain',
      summary:
        'Why its alerts are one incident, why it does not end, which rule decided it, and why the earlier ones did not',
      roles: readers,
      params: incidentParams,
      handle: async ({ params }) => {
        const { incident, trace, facts, runs, gates } = await readIncidentFile(
          deps.db,
          deps.tenant,
          params.id,
        );
        const joining = await readJoining(deps.db, incident.id);
        const staying = await readStaying(deps.db, incident.id);
        return ok({ incident, joining, staying, trace, facts, runs, gates });
      },
    }),
  ];
}

function workingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/incidents',
      summary: 'Report an incident by hand',
      roles: handlers,
      body: incidentNew,
      handle: async ({ body, who }) =>
        created(await deps.fileManual(await toReport(deps, body, who))),
    }),
    route({
      method: 'POST',
      path: '/v1/incidents/:id/ack',
      summary: 'Acknowledge: it is yours unless somebody has it',
      roles: handlers,
      params: incidentParams,
      body: incidentAck,
      handle: ({ params, body, who }) =>
        change(
          deps,
          { id: params.id, who, typed: body.reason ?? 'acknowledged' },
          async (incident, keep) => ({
            to: incident.state,
            set: { assignee: incident.assignee ?? (await keep(who.person)) },
          }),
        ),
    }),
    route({
      method: 'POST',
      path: '/v1/incidents/:id/assign',
      summary: 'Give the incident to somebody, or to nobody',
      roles: handlers,
      params: incidentParams,
      body: incidentAssign,
      handle: ({ params, body, who }) =>
        change(
          deps,
          { id: params.id, who, typed: body.reason ?? 'assigned' },
          async (incident, keep) => ({
            to: incident.state,
            // SECURITY: people are assigned by e-mail address too, which is a token from here on.
            set: { assignee: body.assignee === null ? null : await keep(body.assignee) },
          }),
        ),
    }),
  ];
}

function noteRoute(deps: PeopleDeps): Route {
  return route({
    method: 'POST',
    path: '/v1/incidents/:id/notes',
    summary: 'Add a note',
    roles: handlers,
    params: incidentParams,
    body: incidentNote,
    handle: ({ params, body, who }) =>
      deps.db.transaction(async (tx) => {
        const incident = await lockedIncident(tx, deps.tenant, params.id);
        const text = await keepTyped(tx, deps, body.body);
        return created({
          id: await addNote(
            tx,
            { tenant: deps.tenant, incidentId: incident.id, actor: who.actor, body: text },
            deps.clock,
          ),
          body: text,
        });
      }),
  });
}

function decidingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/incidents/:id/close',
      summary: 'Close with a verdict; gates that wait become void, runs are cancelled',
      roles: handlers,
      params: incidentParams,
      body: incidentClose,
      handle: ({ params, body, who }) =>
        change(deps, { id: params.id, who, typed: body.reason }, () => ({
          to: 'closed',
          set: { verdict: body.verdict },
        })),
    }),
    route({
      method: 'POST',
      path: '/v1/incidents/:id/promote',
      summary: 'Make an incident of a draft: it gets its ticket',
      roles: handlers,
      params: incidentParams,
      body: incidentDecide,
      handle: ({ params, body, who }) => promote(deps, { id: params.id, who, typed: body.reason }),
    }),
    route({
      method: 'POST',
      path: '/v1/incidents/:id/dismiss',
      summary: 'Reject a draft, with a reason',
      roles: handlers,
      params: incidentParams,
      body: incidentDecide,
      handle: ({ params, body, who }) =>
        change(deps, { id: params.id, who, typed: body.reason }, (incident) => {
          refuseUnlessDraft(incident);
          return { to: 'ignored' };
        }),
    }),
    route({
      method: 'POST',
      path: '/v1/incidents/:id/merge',
      summary: 'Make a draft part of another incident',
      roles: handlers,
      params: incidentParams,
      body: incidentMerge,
      handle: ({ params, body, who }) =>
        merge(deps, { id: params.id, into: body.into, who, typed: body.reason }),
    }),
  ];
}
