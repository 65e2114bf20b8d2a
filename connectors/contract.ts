import { z } from 'zod';
import type { BoardStore } from '../domain/board.ts';
import type { DeployStore } from '../domain/deploy.ts';
import type { CapabilityManifest, ConnectorManifest } from '../domain/capability.ts';
import { errorTable, SallyportError, type ErrorCode } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Clock } from '../platform/clock.ts';
import type { EgressResponse } from '../platform/egress-answer.ts';
import type { EgressClient } from '../platform/http.ts';

/** One configured tenant of one product, as `sallyport.yaml` names it, with its secret resolved. */
export interface Connection {
  readonly name: string;
  readonly connector: string;
  readonly address: string;
  readonly secretRef: string;
  readonly secret: { reveal(): string } | null;
  readonly options: JsonObject;
  readonly egress: { readonly hosts: readonly string[]; readonly private: boolean };
}

/** What some connectors need beside the network; null where the process has none. */
export interface ConnectorPorts {
  readonly board: BoardStore | null;
  readonly deploys: DeployStore | null;
}

export interface CallContext {
  readonly connection: Connection;
  readonly http: EgressClient;
  /** Stable over every repeat of one effect; also sent to products that know such keys. */
  readonly idempotencyKey: string;
  readonly tenant: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly ports: ConnectorPorts;
}

/** What became of an effect whose answer was lost. `absent` means that it certainly did not happen and may be repeated. */
export type Settlement =
  | { readonly kind: 'done'; readonly output: JsonObject }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

export interface Capability<Input = unknown> {
  readonly manifest: CapabilityManifest;
  /** `INPUT_INVALID` names the field; never its value. */
  parseInput(value: unknown): Input;
  /** Throws `SallyportError` only; `nothingHappened` says which codes leave the world as it was. */
  call(input: Input, ctx: CallContext): Promise<JsonObject>;
  settle(input: Input, ctx: CallContext): Promise<Settlement>;
}

export interface Connector {
  readonly manifest: ConnectorManifest;
  readonly capabilities: Readonly<Record<string, Capability>>;
  check(ctx: CallContext): Promise<ConnectionReport>;
}

/** What `sallyport connection check` shows. */
export interface ConnectionReport {
  readonly reach: 'ok' | 'failed' | 'untested';
  readonly credential: 'ok' | 'refused' | 'none' | 'unknown';
  /** True if the credential can change something there: a warning where only lookups are granted. */
  readonly canWrite: 'yes' | 'no' | 'unknown';
  readonly notes: readonly string[];
}

export interface CapabilityDefinition<In extends z.ZodType, Out extends z.ZodType> {
  readonly manifest: Omit<CapabilityManifest, 'input' | 'output'>;
  readonly input: In;
  readonly output: Out;
  readonly call: (input: z.output<In>, ctx: CallContext) => Promise<z.input<Out>>;
  /** Left out only where `manifest.settle` is `none`, or where reading again settles it. */
  readonly settle?: (input: z.output<In>, ctx: CallContext) => Promise<Settlement>;
}

/** Derives the manifest's JSON Schemas from zod and checks what comes out as well as what goes in. */
export function defineCapability<In extends z.ZodType, Out extends z.ZodType>(
  definition: CapabilityDefinition<In, Out>,
): Capability {
  const { manifest, input, output } = definition;
  const parseInput = (value: unknown): z.output<In> =>
    parsed(
      input,
      value,
      (where) => new SallyportError('INPUT_INVALID', `${manifest.name}: ${where}`),
    );
  const unknown: Settlement = { kind: 'unknown' };
  return {
    manifest: { ...manifest, input: schemaOf(input, 'input'), output: schemaOf(output, 'output') },
    parseInput,
    call: async (value, ctx) => {
      const result = await definition.call(parseInput(value), ctx);
      const wrong = manifest.effect === 'read' ? 'RESPONSE_INVALID' : 'EFFECT_UNKNOWN';
      return parsed(
        output,
        result,
        (where) => new SallyportError(wrong, `${manifest.name} answered oddly: ${where}`),
      ) as JsonObject;
    },
    settle: async (value, ctx) =>
      definition.settle === undefined ? unknown : definition.settle(parseInput(value), ctx),
  };
}

/** Reads a product's answer; after a write a shape that we do not know leaves the outcome unknown. */
export function answerAs<Schema extends z.ZodType>(
  response: EgressResponse,
  schema: Schema,
): z.output<Schema> {
  const code = response.effect === 'write' ? 'EFFECT_UNKNOWN' : 'RESPONSE_INVALID';
  return parsed(
    schema,
    response.json(),
    (where) => new SallyportError(code, `the product answered in another shape: ${where}`),
  );
}

/** Options of a connection by the connector's own schema; `CONFIG_INVALID` names the key. */
export function optionsAs<Schema extends z.ZodType>(
  connection: Connection,
  schema: Schema,
): z.output<Schema> {
  return parsed(
    schema,
    connection.options,
    (where) =>
      new SallyportError('CONFIG_INVALID', `connections.${connection.name}.options: ${where}`),
  );
}

export function secretOf(connection: Connection): string {
  if (connection.secret === null)
    throw new SallyportError('CONFIG_INVALID', `connections.${connection.name}.secret is missing`);
  return connection.secret.reveal();
}

/** True if a call that failed so certainly left the world as it was; otherwise its outcome must be settled. */
export function nothingHappened(code: ErrorCode): boolean {
  const { family } = errorTable[code];
  return family !== 'unknown-outcome' && family !== 'broken';
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  fail: (where: string) => SallyportError,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.map(String).join('.') ?? '';
  throw fail(`${path === '' ? 'value' : path.slice(0, 100)} (${issue?.code ?? 'invalid'})`);
}

/** JSON Schema 2020-12, as plain data. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  // `toJSONSchema` answers plain JSON data; its type also covers symbols that only live in zod.
  return JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io }))) as JsonObject;
}
