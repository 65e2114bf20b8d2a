import { LineCounter, isMap, isScalar, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { SallyportError } from '../domain/errors.ts';
import { configSchema } from './config.schema.ts';
import type { ConfigFile } from './config.schema.ts';

type Path = readonly PropertyKey[];

/** Parses and checks the text of a configuration file; every problem is a line `file:line:column: key: what; remedy`. */
export function readConfigText(text: string, file: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true });
  const broken = document.errors.map(
    (error) => `${file}:${placeText(lines, error.pos[0])}: ${firstLine(error.message)}`,
  );
  if (broken.length > 0) throw new SallyportError('CONFIG_INVALID', broken.join('\n'));
  const result = configSchema.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const rows = result.error.issues.flatMap(describe).map(({ path, what, isKey }) => {
    const missing = path.length > 0 && !document.hasIn(path);
    return `${file}:${placeText(lines, offsetOf(document, path, isKey === true))}: ${path.map(String).join('.') || 'file'}: ${missing ? 'is missing' : what}`;
  });
  throw new SallyportError('CONFIG_INVALID', rows.join('\n'));
}

interface Problem {
  readonly path: Path;
  readonly what: string;
  /** The key itself is wrong, not its value. */
  readonly isKey?: boolean;
}

/** SECURITY: never the value, which may be a secret that stands where only a reference may. */
function describe(issue: z.core.$ZodIssue): readonly Problem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        what: `no such key; known here: ${knownKeys(issue.path).join(', ')}`,
        isKey: true,
      }));
    case 'invalid_format':
      return [{ path: issue.path, what: issue.message }];
    case 'invalid_value':
      return [{ path: issue.path, what: `must be one of ${issue.values.map(String).join(', ')}` }];
    case 'invalid_union':
      return [{ path: issue.path, what: unionText(issue) }];
    case 'invalid_type':
      return [{ path: issue.path, what: `must be of type ${issue.expected}` }];
    case 'too_big':
      return [{ path: issue.path, what: `must be at most ${issue.maximum}` }];
    case 'too_small':
      return [{ path: issue.path, what: `must be at least ${issue.minimum}` }];
    case 'invalid_key':
      return [{ path: issue.path, what: 'the name must be lower-case letters, digits and dashes' }];
    default:
      return [{ path: issue.path, what: 'is not valid; see docs/reference/configuration.md' }];
  }
}

function unionText(issue: z.core.$ZodIssueInvalidUnion): string {
  const messages = issue.errors
    .flat()
    .filter((inner) => inner.code === 'invalid_format')
    .map((inner) => inner.message);
  if (messages.length > 0) return messages.join(' or ');
  return issue.discriminator === undefined
    ? 'is not valid; see docs/reference/configuration.md'
    : `${issue.discriminator} must name a known kind`;
}

/** What may stand at that place, for the remedy: walks the schema along the path. */
function knownKeys(path: Path): readonly string[] {
  let at: unknown = configSchema;
  for (const part of path) at = stepInto(unwrap(at), String(part));
  const found = unwrap(at);
  return hasShape(found) ? Object.keys(found.shape) : ['see docs/reference/configuration.md'];
}

function unwrap(schema: unknown): unknown {
  let at = schema;
  while (hasInner(at)) at = at.def.innerType;
  return at;
}

function stepInto(schema: unknown, part: string): unknown {
  if (hasShape(schema)) return schema.shape[part];
  if (typeof schema !== 'object' || schema === null) return undefined;
  if ('valueType' in schema) return schema.valueType;
  return 'element' in schema ? schema.element : undefined;
}

const hasShape = (
  schema: unknown,
): schema is { readonly shape: Readonly<Record<string, unknown>> } =>
  typeof schema === 'object' && schema !== null && 'shape' in schema;

const hasInner = (schema: unknown): schema is { readonly def: { readonly innerType: unknown } } =>
  typeof schema === 'object' &&
  schema !== null &&
  'def' in schema &&
  typeof schema.def === 'object' &&
  schema.def !== null &&
  'innerType' in schema.def;

/** Of the value, or of its key where that is what is wrong or the value is not a simple one, else of the nearest thing above it. */
function offsetOf(document: Document.Parsed, path: Path, isKey: boolean): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const value = document.getIn(path.slice(0, depth), true);
    if (!isKey && depth === path.length && isScalar(value)) return value.range?.[0] ?? 0;
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const key = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? 0;
    }
  }
  return 0;
}

function placeText(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

const firstLine = (text: string): string => text.split('\n')[0] ?? text;
