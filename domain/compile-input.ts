import { isObject, type Json, type JsonObject } from './json.ts';
import type { PlanValue } from './plan.ts';

/** One way in which an input does not fit the capability's JSON Schema. `at` leads to the field. */
export interface Misfit {
  readonly at: readonly (string | number)[];
  readonly missing: boolean;
  readonly message: string;
}

/**
 * Checks what is known when the playbook is loaded against the JSON Schema of the input: required and unknown keys,
 * and the literal parts. What is found at run time is checked by the connector itself.
 */
export function checkInput(value: PlanValue, schema: JsonObject): readonly Misfit[] {
  if (value.kind === 'literal') return checkLiteral(value.value, schema);
  if (value.kind === 'record') return checkRecord(value.fields, schema);
  if (value.kind === 'list') return checkList(value.items, schema);
  return [];
}

function checkRecord(
  fields: { readonly [name: string]: PlanValue },
  schema: JsonObject,
): readonly Misfit[] {
  if (!allowsType(schema, 'object')) return [misfit('must not be a record')];
  return [
    ...checkKeys(Object.keys(fields), schema),
    ...Object.entries(fields).flatMap(([name, value]) =>
      below(name, checkInput(value, propertySchema(schema, name))),
    ),
  ];
}

function checkList(items: readonly PlanValue[], schema: JsonObject): readonly Misfit[] {
  if (!allowsType(schema, 'array')) return [misfit('must not be a list')];
  const inner = isObject(schema['items']) ? schema['items'] : {};
  return [
    ...checkCount(items.length, schema),
    ...items.flatMap((item, index) => below(index, checkInput(item, inner))),
  ];
}

function checkLiteral(value: Json, schema: JsonObject): readonly Misfit[] {
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) {
    const fits = choices.some(
      (choice) => isObject(choice) && checkLiteral(value, choice).length === 0,
    );
    return fits ? [] : [misfit('fits none of the shapes that are allowed')];
  }
  if (!allowsType(schema, typeOf(value)))
    return [misfit(`must be of type ${JSON.stringify(schema['type'])}`)];
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value))
    return [misfit(`must be one of ${schema['enum'].map(String).join(', ')}`)];
  if ('const' in schema && schema['const'] !== value)
    return [misfit(`must be ${JSON.stringify(schema['const'])}`)];
  if (typeof value === 'string') return checkText(value, schema);
  if (typeof value === 'number') return checkNumber(value, schema);
  if (Array.isArray(value)) return checkList(value.map(literal), schema);
  if (isObject(value))
    return checkRecord(
      Object.fromEntries(Object.entries(value).map(([name, item]) => [name, literal(item)])),
      schema,
    );
  return [];
}

const literal = (value: Json): PlanValue => ({ kind: 'literal', value });

function checkText(value: string, schema: JsonObject): readonly Misfit[] {
  if (value.length < bound(schema, 'minLength', 0)) return [misfit('is too short')];
  return value.length > bound(schema, 'maxLength', Infinity)
    ? [misfit(`is longer than ${JSON.stringify(schema['maxLength'])} characters`)]
    : [];
}

function checkNumber(value: number, schema: JsonObject): readonly Misfit[] {
  if (value < bound(schema, 'minimum', -Infinity))
    return [misfit(`is less than ${JSON.stringify(schema['minimum'])}`)];
  return value > bound(schema, 'maximum', Infinity)
    ? [misfit(`is more than ${JSON.stringify(schema['maximum'])}`)]
    : [];
}

function checkCount(count: number, schema: JsonObject): readonly Misfit[] {
  if (count < bound(schema, 'minItems', 0)) return [misfit('has too few items')];
  return count > bound(schema, 'maxItems', Infinity)
    ? [misfit(`has more than ${JSON.stringify(schema['maxItems'])} items`)]
    : [];
}

function checkKeys(names: readonly string[], schema: JsonObject): readonly Misfit[] {
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const closed = schema['additionalProperties'] === false;
  return [
    ...required
      .filter((name) => !names.includes(name))
      .map((name) => ({ at: [name], missing: true, message: `needs the input ${name}` })),
    ...names
      .filter((name) => closed && !Object.hasOwn(properties, name))
      .map((name) => ({ at: [name], missing: false, message: `has no input ${name}` })),
  ];
}

function propertySchema(schema: JsonObject, name: string): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const found = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
  return isObject(found) ? found : {};
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function allowsType(schema: JsonObject, type: string): boolean {
  const declared = schema['type'];
  if (declared === undefined) return true;
  const allowed = Array.isArray(declared) ? declared : [declared];
  return allowed.includes(type) || (type === 'integer' && allowed.includes('number'));
}

function bound(schema: JsonObject, key: string, otherwise: number): number {
  const value = schema[key];
  return typeof value === 'number' ? value : otherwise;
}

const misfit = (message: string): Misfit => ({ at: [], missing: false, message });

function below(key: string | number, misfits: readonly Misfit[]): readonly Misfit[] {
  return misfits.map((found) => ({ ...found, at: [key, ...found.at] }));
}
