import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** One request as a fake sees it. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FakeReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON; undefined sends no body. */
  readonly body?: unknown;
}

/** A product's behaviour: reads and changes `state`, answers as the vendor documents. */
export interface FakeProduct<State> {
  readonly name: 'crowdstrike' | 'okta' | 'aws' | 'github' | 'sink' | 'webhook';
  initial(): State;
  reply(request: FakeRequest, state: State): FakeReply;
}

export interface RunningFake {
  readonly url: string;
  stop(): Promise<void>;
}

export interface FakeOptions {
  readonly host?: string;
  readonly port?: number;
  /** State and counters survive a kill in this file. */
  readonly stateFile?: string;
}

/**
 * How a fake is told to fail, by `POST /__control`: `before` cuts the line and does nothing; `after` does it and cuts
 * the line; `slow` does it and never answers; `half` does it and sends half an answer; `status` does nothing and answers
 * so; `garbage` does it and answers what is not JSON. `match` is `METHOD /path` or the beginning of one; `times` counts down.
 */
export const controlBody = z.strictObject({
  mode: z.enum(['before', 'after', 'slow', 'half', 'status', 'garbage', 'none']),
  times: z.number().int().min(1).max(1_000_000).default(1),
  /** Matching calls that go well before the first one fails. */
  skip: z.number().int().min(0).max(1_000_000).default(0),
  match: z.string().max(256).default(''),
  status: z.number().int().min(300).max(599).default(503),
  retryAfter: z.string().max(64).optional(),
});
export type Fault = z.output<typeof controlBody>;

interface Memory<State> {
  readonly state: State;
  readonly calls: Record<string, number>;
}

const bodyBytesMax = 4 * 1_048_576;

/**
 * Runs a product's fake. Besides the product's own paths: `POST /__control` sets a fault, `GET /__state` shows what it
 * holds and how often each `METHOD /path` was called.
 */
export async function startFake<State>(
  product: FakeProduct<State>,
  options: FakeOptions = {},
): Promise<RunningFake> {
  const memory = recall(product, options.stateFile);
  let fault: Fault | null = null;
  const keep = (): void => {
    if (options.stateFile !== undefined) persist(options.stateFile, memory);
  };
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        const seen = toFakeRequest(request, body);
        if (seen.path === '/__control') fault = setFault(seen, response);
        else if (seen.path === '/__state') answer(response, { status: 200, body: memory });
        else {
          const key = `${seen.method} ${seen.path}`;
          memory.calls[key] = (memory.calls[key] ?? 0) + 1;
          const active = fault !== null && key.startsWith(fault.match) ? fault : null;
          if (active !== null) fault = afterCall(active);
          const met = active === null || active.skip > 0 ? null : active;
          respond({ response, fault: met, act: () => product.reply(seen, memory.state), keep });
        }
      },
      () => response.destroy(),
    );
  });
  const url = await listen(server, options);
  return { url, stop: () => close(server) };
}

/** What is left of a fault once a call met it. */
function afterCall(fault: Fault): Fault | null {
  if (fault.skip > 0) return { ...fault, skip: fault.skip - 1 };
  return fault.times > 1 ? { ...fault, times: fault.times - 1 } : null;
}

interface Turn {
  readonly response: ServerResponse;
  readonly fault: Fault | null;
  readonly act: () => FakeReply;
  readonly keep: () => void;
}

function respond({ response, fault, act, keep }: Turn): void {
  if (fault?.mode === 'before') return void response.destroy();
  if (fault?.mode === 'status') {
    return answer(response, {
      status: fault.status,
      ...(fault.retryAfter === undefined ? {} : { headers: { 'retry-after': fault.retryAfter } }),
      body: { error: 'told to fail' },
    });
  }
  const reply = act();
  // What was done is on disk before anyone hears of it: a kill between the two loses nothing.
  keep();
  if (fault === null || fault.mode === 'none') return answer(response, reply);
  if (fault.mode === 'after') return void response.destroy();
  if (fault.mode === 'garbage')
    return answer(response, {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>\u0000{{{',
    });
  if (fault.mode === 'half') {
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'content-length': '4096',
    });
    response.write('{"half":');
    setImmediate(() => response.destroy());
  }
  // `slow`: the socket stays open until the other side gives up.
}

function answer(response: ServerResponse, { status, headers, body }: FakeReply): void {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
}

function setFault(request: FakeRequest, response: ServerResponse): Fault | null {
  const parsed = controlBody.safeParse(JSON.parse(request.body === '' ? '{}' : request.body));
  answer(
    response,
    parsed.success
      ? { status: 200, body: parsed.data }
      : { status: 400, body: { error: parsed.error.message } },
  );
  return parsed.success && parsed.data.mode !== 'none' ? parsed.data : null;
}

function toFakeRequest(request: IncomingMessage, body: string): FakeRequest {
  const url = new URL(request.url ?? '/', 'http://fake.invalid');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bodyBytesMax) throw new RangeError('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function recall<State>(product: FakeProduct<State>, file: string | undefined): Memory<State> {
  if (file === undefined || !existsSync(file)) return { state: product.initial(), calls: {} };
  // Our own file, written by `persist` with this product's state.
  return JSON.parse(readFileSync(file, 'utf8')) as Memory<State>;
}

function persist(file: string, memory: unknown): void {
  writeFileSync(`${file}.next`, JSON.stringify(memory));
  renameSync(`${file}.next`, file);
}

async function listen(
  server: Server,
  { host = '127.0.0.1', port = 0 }: FakeOptions,
): Promise<string> {
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, host, resolve),
  );
  // A server that listens on TCP has an AddressInfo.
  const address = server.address() as AddressInfo;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** The fields of a JSON body; empty where it is no object. */
export function fieldsOf(request: FakeRequest): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(request.body === '' ? '{}' : request.body);
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

/** A field's text; empty where it is none. */
export function textIn(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}
