import { z } from 'zod';
import type { Route } from './route.ts';

/** The OpenAPI 3.1 document of the people's routes, made from the schemas that the routes themselves parse with. */
export function openApiDocument(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const item of routes) {
    const path = item.path.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [item.method.toLowerCase()]: operation(item) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version: '1',
      description: 'Incidents, gates and votes for people and their tools.',
    },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: problem },
    },
  };
}

const problem = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
  },
};

function operation(item: Route): object {
  return {
    summary: item.summary,
    description: `Needs one of the roles ${item.roles.join(', ')}.`,
    parameters: [...parameters(item.params, 'path'), ...parameters(item.query, 'query')],
    ...(item.body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(item.body) } },
          },
        }),
    responses: {
      ...(item.method === 'GET'
        ? {}
        : { '202': { description: 'Accepted: it is kept and goes on by itself' } }),
      '2XX': { description: 'Done' },
      default: {
        description: 'Refused',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  };
}

function parameters(schema: z.ZodType | null, place: 'path' | 'query'): readonly object[] {
  if (schema === null) return [];
  const { properties = {}, required = [] } = schemaOf(schema);
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: value,
  }));
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** What goes in, before defaults. Our schemas of requests are all objects. */
export function schemaOf(schema: z.ZodType): ObjectSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return rest;
}
