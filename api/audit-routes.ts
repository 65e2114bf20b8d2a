import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { exportLines } from '../audit/export.ts';
import type { ExportSelection } from '../audit/export.ts';
import type { IncidentHistory } from '../audit/history.ts';
import { queryAudit, recordRead } from '../audit/query.ts';
import type { AuditFilter } from '../audit/query.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import type { Access, Identity } from './access.ts';
import { auditExportQuery, auditQuery } from './audit.schema.ts';
import { incidentParams } from './people.schema.ts';
import type { Route } from './route.ts';
import { addRoutes, ok, readers, route } from './route.ts';

export interface AuditRouteDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: string;
  readonly access: Access;
  /** The sequencer's directory. */
  readonly logDir: string;
  /** The log's key in C2SP form. */
  readonly verifierKey: string;
  /** What people typed as a filter is written down with their reading: redacted. */
  readonly redact: (text: string) => string;
  /** `incidentHistory` bound to a Temporal client. */
  readonly history: (incidentId: string) => Promise<IncidentHistory>;
}

const auditors = ['auditor', 'admin'] as const;
const noCheckpoint = 'the log has no checkpoint yet; wait a second';
const daysEnd = 'T23:59:59.999Z';

export function auditRouteTable(deps: AuditRouteDeps): readonly Route[] {
  return [queryRoute(deps), exportRoute(deps), checkpointRoute(deps), historyRoute(deps)];
}

function queryRoute(deps: AuditRouteDeps): Route {
  return route({
    method: 'GET',
    path: '/v1/audit',
    summary: 'Entries of the ledger, the newest first; the reading is an entry too',
    roles: auditors,
    query: auditQuery,
    handle: async ({ query: { limit, cursor, ...given }, who }) => {
      const reader = { tenant: deps.tenant, actor: who.actor };
      const filter = await resolved(deps, given);
      const { redact } = deps;
      return ok(await queryAudit(deps, { filter, limit, cursor: cursor ?? null, reader, redact }));
    },
  });
}

function exportRoute(deps: AuditRouteDeps): Route {
  return route({
    method: 'GET',
    path: '/v1/audit/export',
    summary: 'One file that proves itself offline: an incident, a run, a period or the whole log',
    roles: auditors,
    query: auditExportQuery,
    handle: async ({ query, who }) =>
      ok(await exportStream(deps, await selectionOf(deps, query), who)),
  });
}

function checkpointRoute(deps: AuditRouteDeps): Route {
  return route({
    method: 'GET',
    path: '/v1/audit/checkpoint',
    summary: 'The newest signed checkpoint, and the key that it verifies with',
    roles: readers,
    handle: async () => {
      const file = join(deps.logDir, 'checkpoint');
      const checkpoint = await readFile(file, 'utf8').catch(() => null);
      if (checkpoint === null) throw new SallyportError('NOT_FOUND', noCheckpoint);
      return ok({ checkpoint, verifierKey: deps.verifierKey });
    },
  });
}

function historyRoute(deps: AuditRouteDeps): Route {
  return route({
    method: 'GET',
    path: '/v1/incidents/:id/history',
    summary: 'The ledger and the executions of one incident side by side',
    roles: [...auditors, 'analyst', 'approver'],
    params: incidentParams,
    handle: async ({ params, who }) => {
      const incident = await incidentId(deps, params.id);
      const history = await deps.history(incident);
      const reader = { tenant: deps.tenant, actor: who.actor };
      await recordRead(deps.db, { reader, what: { history: incident }, incident }, deps.clock);
      return ok(history);
    },
  });
}

/** The plugin: mount it beside the people's routes. */
export function auditRoutes(deps: AuditRouteDeps): (app: FastifyInstance) => void {
  return (app) => addRoutes(app, auditRouteTable(deps), deps.access);
}

type Given = { readonly [Field in keyof AuditFilter]: AuditFilter[Field] | undefined };

async function resolved(deps: AuditRouteDeps, given: Given): Promise<AuditFilter> {
  const incident =
    given.incident === undefined ? undefined : await incidentId(deps, given.incident);
  const filter = { ...given, incident };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

async function selectionOf(
  deps: AuditRouteDeps,
  query: {
    incident?: string | undefined;
    run?: string | undefined;
    from?: string | undefined;
    to?: string | undefined;
  },
): Promise<ExportSelection> {
  if (query.incident !== undefined)
    return { kind: 'incident', id: await incidentId(deps, query.incident) };
  if (query.run !== undefined) return { kind: 'run', key: query.run };
  if (query.from === undefined && query.to === undefined) return { kind: 'log' };
  const to = query.to ?? '9999-12-31';
  return {
    kind: 'period',
    from: query.from ?? '0001-01-01',
    to: to.length === 10 ? `${to}${daysEnd}` : to,
  };
}

async function exportStream(
  deps: AuditRouteDeps,
  selection: ExportSelection,
  who: Identity,
): Promise<Readable> {
  const lines = exportLines(
    { sql: deps.db, dir: deps.logDir, verifierKey: deps.verifierKey, clock: deps.clock },
    selection,
  );
  // The first line is read before the answer begins, so that a refusal is still a problem document.
  const first = await lines.next();
  const what = { ...selection, ...('key' in selection ? { key: deps.redact(selection.key) } : {}) };
  await recordRead(
    deps.db,
    {
      reader: { tenant: deps.tenant, actor: who.actor },
      what: { selection: what },
      type: 'audit.exported',
    },
    deps.clock,
  );
  return Readable.from(joined(first.done === true ? '' : first.value, lines));
}

async function* joined(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

/** Takes an id, a number, or `#` and a number. NOT_FOUND. */
async function incidentId(deps: AuditRouteDeps, given: string): Promise<string> {
  const number = /^#?(\d+)$/.exec(given)?.[1] ?? null;
  const [row] = await deps.db.query<{ id: string }>(
    'select id from incidents where tenant = $1 and (id = $2 or number = $3::bigint)',
    [deps.tenant, given, number],
  );
  if (row === undefined) throw new SallyportError('NOT_FOUND', 'no such incident');
  return row.id;
}
