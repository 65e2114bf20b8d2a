import type { FastifyInstance } from 'fastify';
import { approverRoutes } from './approver-routes.ts';
import { deployRoutes } from './deploy-routes.ts';
import { gatesRoutes } from './gates-routes.ts';
import { findingRoutes } from './finding-routes.ts';
import { incidentRoutes } from './incident-routes.ts';
import { keptAlertRoutes } from './kept-alert-routes.ts';
import { openApiDocument } from './openapi.ts';
import type { PeopleDeps } from './people-deps.ts';
import { playbookRoutes } from './playbook-routes.ts';
import { quietRoutes } from './quiet-routes.ts';
import { recoverRoutes } from './recover-routes.ts';
import type { Route } from './route.ts';
import { addRoutes } from './route.ts';
import { runRoutes } from './run-routes.ts';
import { sourceRoutes } from './source-routes.ts';
import { switchRoutes } from './switch-routes.ts';

/** All routes for people, as data: the OpenAPI document and a test of their bounds are made from the same list. */
export function peopleRouteTable(deps: PeopleDeps): readonly Route[] {
  return [
    ...incidentRoutes(deps),
    ...findingRoutes(deps),
    ...runRoutes(deps),
    ...gatesRoutes(deps),
    ...switchRoutes(deps),
    ...quietRoutes(deps),
    ...sourceRoutes(deps),
    ...keptAlertRoutes(deps),
    ...recoverRoutes(deps),
    ...deployRoutes(deps),
    ...approverRoutes(deps),
    ...playbookRoutes(deps),
  ];
}

/** The plugin: mount it in a scope of its own, beside intake. */
export function peopleRoutes(deps: PeopleDeps): (app: FastifyInstance) => void {
  const routes = peopleRouteTable(deps);
  const document = openApiDocument(routes);
  return (app) => {
    addRoutes(app, routes, deps.access);
    app.get('/v1/openapi.json', async () => document);
  };
}
