import type { Identity } from './access.ts';
import type { Incident } from '../domain/incident.types.ts';
import { severityNames } from '../domain/finding.ts';
import type { SeverityId } from '../domain/finding.ts';
import type { Sql } from '../store/database.ts';
import { voidGate } from '../store/gates.ts';
import { listIncidents, lockedIncident, readIncidentFile, runsOf } from '../store/incident-lists.ts';
import { changeIncident, requestRun } from '../store/incidents.ts';
import { addNote } from '../store/notes.ts';
import { notifyWork } from '../store/notify.ts';
import { isoTime } from '../platform/clock.ts';
import { SallyportError } from '../domain/errors.ts';
import type { ManualReport, PeopleDeps, RunToCancel } from './people-deps.ts';
import { incidentAck, incidentAssign, incidentClose, incidentDecide, incidentNew, incidentNote, incidentParams, incidentQuery } from './people.schema.ts';
import type { Route } from './route.ts';
import { created, ok, readers, route } from './route.ts';
import { keepTyped } from './typed-text.ts';

const handlers = ['analyst', 'approver', 'admin'] as const;
const promotionPlaybook = 'plain-alert';

export function incidentRoutes(deps: PeopleDeps): readonly Route[] {
  return [...readingRoutes(deps), ...changingRoutes(deps)];
}

function readingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET', path: '/v1/incidents', summary: 'Incidents, the newest first', roles: readers, query: incidentQuery,
      handle: async ({ query }) =>
        ok(
          await listIncidents(deps.db, {
            tenant: deps.tenant,
            state: query.state ?? null,
            severityMin: query.severityMin ?? 0,
            assignee: query.assignee ?? null,
            format: query.format ?? null,
            before: query.cursor === undefined ? null : Number(query.cursor),
            limit: query.limit,
          }),
        ),
    }),
    route({
      method: 'GET', path: '/v1/incidents/:id', summary: 'One incident with its runs, gates, tickets, effects and notes', roles: readers, params: incidentParams,
      handle: async ({ params }) => ok(await readIncidentFile(deps.db, deps.tenant, params.id)),
    }),
    route({
      method: 'GET', path: '/v1/incidents/:id/explain', summary: 'Which rule decided the incident, and why the earlier ones did not', roles: readers, params: incidentParams,
      handle: async ({ params }) => {
        const { incident, trace, facts, runs, gates } = await readIncidentFile(deps.db, deps.tenant, params.id);
        return ok({ incident, trace, facts, runs, gates });
      },
    }),
  ];
}

function changingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'POST', path: '/v1/incidents', summary: 'Report an incident by hand', roles: handlers, body: incidentNew,
      handle: async ({ body, who }) => created(await deps.fileManual(await toReport(deps, body, who))),
    }),
    route({
      method: 'POST', path: '/v1/incidents/:id/ack', summary: 'Acknowledge: it is yours unless somebody has it', roles: handlers, params: incidentParams, body: incidentAck,
      handle: ({ params, body, who }) =>
        change(deps, { id: params.id, who, typed: body.reason ?? 'acknowledged' }, (incident) => ({ to: incident.state, set: { assignee: incident.assignee ?? who.person } })),
    }),
    route({
      method: 'POST', path: '/v1/incidents/:id/assign', summary: 'Give the incident to somebody, or to nobody', roles: handlers, params: incidentParams, body: incidentAssign,
      handle: ({ params, body, who }) =>
        change(deps, { id: params.id, who, typed: body.reason ?? 'assigned' }, (incident) => ({ to: incident.state, set: { assignee: body.assignee } })),
    }),
    route({
      method: 'POST', path: '/v1/incidents/:id/close', summary: 'Close with a verdict; gates that wait become void, runs are cancelled', roles: handlers, params: incidentParams, body: incidentClose,
      handle: ({ params, body, who }) => change(deps, { id: params.id, who, typed: body.reason }, () => ({ to: 'closed', set: { verdict: body.verdict } })),
    }),
    route({
      method: 'POST', path: '/v1/incidents/:id/promote', summary: 'Make an incident of a draft: it gets its ticket', roles: handlers, params: incidentParams, body: incidentDecide,
      handle: ({ params, body, who }) => promote(deps, { id: params.id, who, typed: body.reason }),
    }),
    route({
      method: 'POST', path: '/v1/incidents/:id/dismiss', summary: 'Reject a draft, with a reason', roles: handlers, params: incidentParams, body: incidentDecide,
      handle: ({ params, body, who }) =>
        change(deps, { id: params.id, who, typed: body.reason }, (incident) => {
          refuseUnlessDraft(incident);
          return { to: 'ignored' };
        }),
    }),
    route({
      method: 'POST', path: '/v1/incidents/:id/notes', summary: 'Add a note', roles: handlers, params: incidentParams, body: incidentNote,
      handle: ({ params, body, who }) =>
        deps.db.transaction(async (tx) => {
          const incident = await lockedIncident(tx, deps.tenant, params.id);
          const text = await keepTyped(tx, deps, body.body);
          return created({ id: await addNote(tx, { tenant: deps.tenant, incidentId: incident.id, actor: who.actor, body: text }, deps.clock), body: text });
        }),
    }),
  ];
}

interface Typed {
  readonly title: string;
  readonly description: string;
  readonly severity: (typeof severityNames)[number];
  readonly host?: string | undefined;
  readonly user?: string | undefined;
}

function toReport(deps: PeopleDeps, body: Typed, who: Identity): Promise<ManualReport> {
  return deps.db.transaction(async (tx) => ({
    title: await keepTyped(tx, deps, body.title),
    description: await keepTyped(tx, deps, body.description),
    // The names are those of the severities by their place; the schema admits no other.
    severityId: severityNames.indexOf(body.severity) as SeverityId,
    host: body.host === undefined ? null : await keepTyped(tx, deps, body.host),
    user: body.user === undefined ? null : await keepTyped(tx, deps, body.user),
    person: who.person,
  }));
}

interface PersonsChange {
  readonly id: string;
  readonly who: Identity;
  readonly typed: string;
}

type Wanted = Pick<Parameters<typeof changeIncident>[1], 'to' | 'set'>;

async function change(deps: PeopleDeps, by: PersonsChange, wanted: (incident: Incident) => Wanted): Promise<ReturnType<typeof ok>> {
  const { incident, cancelled } = await deps.db.transaction(async (tx) => {
    const before = await lockedIncident(tx, deps.tenant, by.id);
    const reason = await keepTyped(tx, deps, by.typed);
    const after = await changeIncident(tx, { id: before.id, actor: by.who.actor, reason, ...wanted(before) }, deps.clock);
    return { incident: after, cancelled: after.state === 'closed' ? await stopRuns(tx, deps, after) : [] };
  });
  // After the commit: the gates are void by then, so a run that misses the message cannot be approved any more.
  await Promise.allSettled(cancelled.map((run) => deps.cancelRun(run)));
  return ok(incident);
}

/** The ticket comes from the plain playbook, asked for by the person who promotes. */
async function promote(deps: PeopleDeps, by: PersonsChange): Promise<ReturnType<typeof ok>> {
  return deps.db.transaction(async (tx) => {
    const before = await lockedIncident(tx, deps.tenant, by.id);
    refuseUnlessDraft(before);
    const reason = await keepTyped(tx, deps, by.typed);
    const after = await changeIncident(tx, { id: before.id, actor: by.who.actor, reason, to: 'triage' }, deps.clock);
    await requestRun(tx, before.id, { playbook: promotionPlaybook, requester: by.who.person, rehearsal: false, at: isoTime(deps.clock.nowMs()) });
    await notifyWork(tx);
    return ok(after);
  });
}

function refuseUnlessDraft(incident: Incident): void {
  if (incident.state !== 'draft') throw new SallyportError('CONFLICT', `only a draft can be promoted or dismissed; this one is ${incident.state}`);
}

async function stopRuns(tx: Sql, deps: PeopleDeps, incident: Incident): Promise<readonly RunToCancel[]> {
  const reason = 'the incident was closed';
  const gates = await tx.query<{ id: string }>(`select id from gates where incident_id = $1 and state = 'open' order by id`, [incident.id]);
  for (const gate of gates) await voidGate(tx, { gateId: gate.id, reason }, deps.clock);
  const runs = (await runsOf(tx, incident.id)).filter((run) => run.endedAt === null);
  return runs.map((run) => ({ runKey: run.key, workflowId: run.workflowId, id: `close/${incident.id}`, reason }));
}
