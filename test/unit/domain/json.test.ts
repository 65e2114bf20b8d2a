import { expect, test } from 'vitest';
import { asJson, type Json, type JsonObject } from '../../../domain/json.ts';

interface Named {
  readonly name: string;
  readonly tags: readonly string[];
  readonly inner: { readonly at: number } | null;
  readonly note?: string;
}

const named: Named = { name: 'a', tags: ['b'], inner: { at: 1 } };

test('an interface of JSON values is JSON as it is', () => {
  const one: JsonObject = asJson(named);
  const many: readonly Json[] = asJson([named]);
  const none: Json = asJson(named.inner);
  expect(one).toBe(named);
  expect(many).toEqual([named]);
  expect(none).toBe(named.inner);
});

test('what JSON cannot hold does not compile', () => {
  const unchecked: unknown = named;
  // @ts-expect-error -- nobody knows what it is
  asJson(unchecked);
  // @ts-expect-error -- a date
  asJson({ at: new Date(0) });
  // @ts-expect-error -- a function, deep inside
  asJson({ inner: [{ read: () => 1 }] });
  // @ts-expect-error -- it may be undefined
  asJson({ note: named.note });
  // @ts-expect-error -- a big integer
  asJson({ at: 1n });
  expect(asJson({ at: 1 })).toEqual({ at: 1 });
});
