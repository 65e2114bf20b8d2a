import { z } from 'zod';
import { deployLimits } from '../domain/deploy.ts';
import { isoTime } from '../platform/clock.ts';
import { findDeploys, recordDeploys } from '../store/deploys.ts';
import type { PeopleDeps } from './people-deps.ts';
import { created, ok, readers, route, type Route } from './route.ts';
import { keepTyped } from './typed-text.ts';

const text = z.string().max(deployLimits.textChars);

export const deployNew = z.strictObject({
  service: z.string().min(1).max(deployLimits.serviceChars),
  version: text.optional(),
  environment: text.optional(),
  status: z.enum(['started', 'succeeded', 'failed']).optional(),
  at: z.iso.datetime().max(40).optional().describe('Now where it is left out'),
  url: z.url().max(deployLimits.textChars).optional(),
  id: z
    .string()
    .min(1)
    .max(deployLimits.uidChars)
    .optional()
    .describe('The same id again is the same deploy'),
});
export const deployQuery = z.strictObject({
  service: z.string().min(1).max(deployLimits.serviceChars).optional(),
  days: z.coerce.number().int().min(1).max(90).optional(),
});

const dayMs = 86_400_000;
const listed = 200;

export function deployRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/deploys',
      summary: 'Deploys of the last days, the newest first',
      roles: readers,
      query: deployQuery,
      handle: async ({ query }) =>
        ok({
          deploys: await findDeploys(deps.db, {
            tenant: deps.tenant,
            services: query.service === undefined ? [] : [query.service.toLowerCase()],
            sinceMs: deps.clock.nowMs() - (query.days ?? 1) * dayMs,
            limit: listed,
          }),
        }),
    }),
    route({
      method: 'POST',
      path: '/v1/deploys',
      summary: 'Tell of a deploy: alerts of that service below a severity wait for a while',
      roles: ['source', 'analyst', 'admin'],
      body: deployNew,
      handle: ({ body, who }) =>
        deps.db.transaction(async (tx) => {
          const keep = (typed: string): Promise<string> => keepTyped(tx, deps, typed);
          const at = body.at ?? isoTime(deps.clock.nowMs());
          const service = (await keep(body.service)).toLowerCase();
          const version = await keep(body.version ?? '');
          const environment = await keep(body.environment ?? '');
          const deploy = {
            uid: await keep(body.id ?? `${environment}/${version}/${at}`),
            source: 'api',
            service,
            environment,
            version,
            status: body.status ?? 'succeeded',
            actor: await keep(who.person),
            url: await keep(body.url ?? ''),
            at,
          };
          const [id] = await recordDeploys(
            tx,
            { tenant: deps.tenant, actor: who.actor, deploys: [deploy] },
            deps.clock,
          );
          return created({ id, ...deploy });
        }),
    }),
  ];
}
