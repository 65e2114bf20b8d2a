import { toOcsf } from '../domain/ocsf.ts';
import { readIncidentFindings } from '../store/incident-findings.ts';
import type { PeopleDeps } from './people-deps.ts';
import { findingQuery, incidentParams } from './people.schema.ts';
import type { Route } from './route.ts';
import { ok, readers, route } from './route.ts';

/** Findings for other systems, in the form that they share. */
export function findingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/incidents/:id/ocsf',
      summary: 'The findings of an incident as OCSF 1.8.0, redacted as they are kept',
      roles: readers,
      params: incidentParams,
      query: findingQuery,
      handle: async ({ params, query }) => {
        const page = await readIncidentFindings(deps.db, {
          tenant: deps.tenant,
          incident: params.id,
          after: query.cursor ?? null,
          limit: query.limit,
        });
        const findings = page.findings.map(({ finding, receivedMs }) =>
          toOcsf(finding, { receivedMs }),
        );
        return ok({ findings, next: page.next });
      },
    }),
  ];
}
