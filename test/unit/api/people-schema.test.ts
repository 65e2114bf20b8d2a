import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as schemas from '../../../api/people.schema.ts';
import * as deploySchemas from '../../../api/deploy-routes.ts';
import * as quietSchemas from '../../../api/quiet.schema.ts';
import { schemaOf } from '../../../api/openapi.ts';

interface Node {
  readonly [key: string]: unknown;
}

/** Every place of a JSON Schema where a string or list has no bound. */
function unbounded(node: unknown, path: string): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node))
    return node.flatMap((item, index) => unbounded(item, `${path}/${index}`));
  const { type, enum: choices, maxLength, pattern, maxItems } = node as Node;
  const isOpenText =
    type === 'string' &&
    choices === undefined &&
    maxLength === undefined &&
    !/^\^\[0-9a-f\]\{\d+\}\$$/.test(String(pattern));
  const isOpenList = type === 'array' && maxItems === undefined;
  return [
    ...(isOpenText || isOpenList ? [path] : []),
    ...Object.entries(node).flatMap(([key, value]) => unbounded(value, `${path}/${key}`)),
  ];
}

const named = Object.entries<unknown>({ ...schemas, ...quietSchemas, ...deploySchemas }).flatMap(
  ([name, schema]) => (schema instanceof z.ZodType ? [[name, schema] as const] : []),
);

describe('what people may send', () => {
  it.each(named)('%s bounds each of its strings and lists', (_name, schema) => {
    expect(unbounded(schemaOf(schema), '')).toEqual([]);
  });

  it('takes no unknown field', () => {
    expect(
      schemas.incidentClose.safeParse({ verdict: 'benign', reason: 'x', force: true }).success,
    ).toBe(false);
    expect(schemas.signedVote.shape.payload.safeParse({ admin: true }).success).toBe(false);
  });

  it('takes no blank reason and no letter that looks like another in a person’s name', () => {
    expect(schemas.reason.safeParse(' \n ').success).toBe(false);
    expect(schemas.personName.safeParse('c\u0430rol').success).toBe(false);
    expect(schemas.personName.safeParse('carol@acme.example').success).toBe(true);
  });
});
