import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { isObject, type Json } from '../../domain/json.ts';
import { readBody } from '../../intake/try.ts';
import type { Embedded } from '../../server/open-embedded.ts';
import { signDelivery } from '../../server/sign-delivery.ts';
import { plantInStrings, stringPaths, type Canary } from './canaries.ts';
import { root } from './repository.ts';

interface Carrier {
  readonly source: string;
  readonly file: string;
  readonly payload: Json;
}

const folder = join(root, 'fixtures', 'alerts');
const readJson = (file: string): Json =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json;

/** Our own samples, one or more of every format. */
export function carriers(): readonly Carrier[] {
  const { alerts } = readJson('index.json') as unknown as {
    readonly alerts: readonly { source: string; file: string }[];
  };
  return alerts.map(({ source, file }) => ({ source, file, payload: readJson(file) }));
}

const bodyOf = (payload: Json): Buffer => Buffer.from(JSON.stringify(payload));
const formatOf = (payload: Json): string => readBody(bodyOf(payload))[0]?.format ?? '';

/**
 * Bodies that together carry a canary in every string of a sample: all strings at once; all but those by which the
 * format is known, so that its reader meets them; and each of those alone. Names of fields are planted too.
 */
export function plantedBodies(
  { payload }: Carrier,
  canaries: readonly Canary[],
): readonly Buffer[] {
  const [first] = canaries;
  if (first === undefined) return [];
  const format = formatOf(payload);
  const keepsFormat = (path: string): boolean =>
    formatOf(plantInStrings(payload, [first], (at) => at === path)) === format;
  const telling = stringPaths(payload).filter((path) => !keepsFormat(path));
  const rest = (path: string): boolean => !telling.includes(path);
  const turns = [0, 7, 14, 21].map((by) => [...canaries.slice(by), ...canaries.slice(0, by)]);
  return [
    plantInStrings(payload, canaries),
    ...turns.map((turned) => plantInStrings(payload, turned, rest)),
    ...telling.map((path, at) =>
      plantInStrings(payload, canaries.slice(at % canaries.length), (here) => here === path),
    ),
    plantNames(payload, canaries),
  ].map(bodyOf);
}

function plantNames(payload: Json, canaries: readonly Canary[]): Json {
  const named = Object.fromEntries(canaries.map(({ text }, at) => [text, `value ${at}`]));
  return isObject(payload) ? { ...payload, labels: { ...named, note: 'x' }, ...named } : payload;
}

/** The status that intake answered. */
export async function send(
  { config, core, url }: Embedded,
  source: string,
  body: Buffer,
): Promise<number> {
  const known = config.sources[source];
  const signed = known === undefined ? {} : signDelivery(known, body, core.clock);
  const response = await fetch(`${url}/v1/alerts/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed },
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}

export interface Api {
  call(as: string, wanted: string, body?: Json): Promise<{ status: number; body: Json }>;
  /** Everything that the API answered, but for what it was asked to reveal. */
  said(): string;
}

/** The people's API over HTTP, as a client with the token of the embedded stack sees it. */
export function peopleOf({ url, config }: Embedded): Api {
  const said: string[] = [];
  const tokens = new Map<string, string>();
  const tokenOf = (name: string): string => {
    const token =
      tokens.get(name) ??
      readFileSync(join(config.dataDir, 'secrets', `token-${name}`), 'utf8').trim();
    tokens.set(name, token);
    return token;
  };
  return {
    call: async (as, wanted, body) => {
      const [method = 'GET', path = ''] = wanted.split(' ');
      const headers = { authorization: `Bearer ${tokenOf(as)}` };
      const response = await fetch(`${url}${path}`, {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!path.startsWith('/v1/reveal')) said.push(`${wanted}\n${text}`);
      const answer: Json =
        response.headers.get('content-type')?.includes('json') === true
          ? (JSON.parse(text) as Json)
          : text;
      return { status: response.status, body: answer };
    },
    said: () => said.map((each) => each.slice(each.indexOf('\n'))).join('\n'),
  };
}

/** Every payload in the histories of all executions, opened: sealing must not be what hides a leak. */
export async function openedPayloads(
  client: Client,
  codec: PayloadCodec,
): Promise<readonly Buffer[]> {
  const sealed: Payload[] = [];
  for await (const { workflowId, runId } of client.workflow.list())
    collect(await client.workflow.getHandle(workflowId, runId).fetchHistory(), sealed);
  const opened = await codec.decode(sealed);
  return opened.map((payload) => Buffer.from(payload.data ?? []));
}

function collect(value: unknown, into: Payload[]): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if ('metadata' in value && 'data' in value && value.data instanceof Uint8Array) {
    // Temporal's own decoder made these.
    if (isSealed(value)) into.push(value as Payload);
    return;
  }
  for (const inner of Object.values(value)) collect(inner, into);
}

function isSealed({ metadata }: { readonly metadata?: unknown }): boolean {
  const encoding =
    typeof metadata === 'object' && metadata !== null && 'encoding' in metadata
      ? metadata.encoding
      : null;
  return encoding instanceof Uint8Array && Buffer.from(encoding).toString() === 'binary/encrypted';
}
