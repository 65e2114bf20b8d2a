import { Pool } from 'undici';
import { SallyportError } from '../domain/errors.ts';
import { createBreaker, type Breaker, type BreakerState } from './breaker.ts';
import type { Clock } from './clock.ts';
import { acceptAnswer, type EgressResponse } from './egress-answer.ts';
import { guardedConnector, systemResolve, type Resolve } from './egress-connect.ts';
import {
  blockedBy,
  exchange,
  ExchangeFailure,
  type Exchange,
  type RawAnswer,
} from './egress-exchange.ts';
import { enter, guarded } from './egress-guard.ts';
import { checkedAddress, endpointOf, scopeOf, type EgressTarget } from './egress-target.ts';

export interface EgressRequest {
  readonly method: Exchange['method'];
  /** Below the path of the connection's address; starts with `/`, parameters already percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** `write` if the request may change something there: then a lost answer is `EFFECT_UNKNOWN`. */
  readonly effect: 'read' | 'write';
  /** Statuses besides 2xx that the caller reads itself. */
  readonly answers?: readonly number[];
  readonly signal?: AbortSignal;
}

export type RequestBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'text'; readonly type: string; readonly text: string };

export interface EgressClient {
  request(wanted: EgressRequest): Promise<EgressResponse>;
  /**
   * For protocols other than HTTP: `talk` gets the connection's address and a checked IP address, to which its socket must
   * go. The breaker counts what it throws as VENDOR_UNAVAILABLE or EFFECT_UNKNOWN.
   */
  converse<Result>(schemes: readonly string[], talk: Talk<Result>): Promise<Result>;
}

export type Talk<Result> = (place: {
  readonly url: URL;
  readonly address: string;
}) => Promise<Result>;

/** The one door to the outside. Pools and breakers live as long as it does. */
export interface Egress {
  clientFor(target: EgressTarget): EgressClient;
  close(): Promise<void>;
}

export interface EgressLimits {
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly responseBytesMax: number;
  readonly requestBytesMax: number;
  readonly socketsMax: number;
  readonly breakerFailuresMax: number;
  readonly breakerRestMs: number;
}

export const egressLimits: EgressLimits = {
  connectTimeoutMs: 3_000,
  headersTimeoutMs: 10_000,
  totalTimeoutMs: 10_000,
  responseBytesMax: 1_048_576,
  requestBytesMax: 1_048_576,
  socketsMax: 16,
  breakerFailuresMax: 5,
  breakerRestMs: 5_000,
};

export interface EgressOptions {
  readonly clock: Clock;
  readonly resolve?: Resolve;
  readonly limits?: Partial<EgressLimits>;
  /** Hears when a connection rests, is tried, and works again. */
  readonly onBreaker?: (connection: string, state: BreakerState) => void;
}

interface Line {
  readonly origin: string;
  readonly basePath: string;
  readonly pool: Pool;
  readonly breaker: Breaker;
}

interface Door {
  readonly clock: Clock;
  readonly limits: EgressLimits;
  readonly onBreaker: NonNullable<EgressOptions['onBreaker']>;
}

export function createEgress(options: EgressOptions): Egress {
  const door: Door = {
    clock: options.clock,
    limits: { ...egressLimits, ...options.limits },
    onBreaker: options.onBreaker ?? (() => undefined),
  };
  const resolve = options.resolve ?? systemResolve;
  const lines = new Map<string, Line>();
  const breakers = new Map<string, Breaker>();
  const breakerOf = (target: EgressTarget): Breaker =>
    madeOnce(breakers, target, () => newBreaker(door, target));
  const lineTo = (target: EgressTarget): Line =>
    madeOnce(lines, target, () => openLine(target, { door, resolve, breaker: breakerOf(target) }));
  return {
    clientFor: (target) => ({
      request: async (wanted) => send(door, lineTo(target), wanted),
      converse: async (schemes, talk) =>
        guarded(breakerOf(target), async () => talk(await endpointOf(target, schemes, resolve))),
    }),
    close: async () => {
      const open = [...lines.values()];
      lines.clear();
      await Promise.all(open.map(({ pool }) => pool.destroy()));
    },
  };
}

function madeOnce<Made>(
  made: Map<string, Made>,
  { name, address, egress }: EgressTarget,
  make: () => Made,
): Made {
  const key = JSON.stringify([name, address, egress]);
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known;
}

const newBreaker = ({ clock, limits, onBreaker }: Door, { name }: EgressTarget): Breaker =>
  createBreaker({
    clock,
    failuresMax: limits.breakerFailuresMax,
    restMs: limits.breakerRestMs,
    onState: (state) => onBreaker(name, state),
  });

function openLine(
  target: EgressTarget,
  { door, resolve, breaker }: { door: Door; resolve: Resolve; breaker: Breaker },
): Line {
  const url = checkedAddress(target);
  const { connectTimeoutMs, headersTimeoutMs, totalTimeoutMs, socketsMax } = door.limits;
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    pool: new Pool(url.origin, {
      connections: socketsMax,
      pipelining: 1,
      allowH2: false,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: totalTimeoutMs,
      connect: guardedConnector({ resolve, scope: scopeOf(target), connectTimeoutMs }),
    }),
    breaker,
  };
}

async function send(door: Door, line: Line, wanted: EgressRequest): Promise<EgressResponse> {
  const prepared = prepare(door, line, wanted);
  enter(line.breaker);
  let answer: RawAnswer;
  try {
    answer = await exchange(line.pool, prepared);
  } catch (error) {
    throw lost(line.breaker, wanted, error);
  }
  if (answer.status >= 500) line.breaker.failed();
  else line.breaker.succeeded();
  return acceptAnswer(answer, wanted, door.clock.nowMs());
}

function prepare(door: Door, line: Line, wanted: EgressRequest): Exchange {
  const query = wanted.query === undefined ? '' : new URLSearchParams(wanted.query).toString();
  const path = `${line.basePath}${wanted.path}` || '/';
  // SECURITY: a path that begins with `//` or holds a backslash, blank or fragment can be read as another target.
  if (!/^(\/(?!\/)[\x21-\x7e]*)?$/.test(wanted.path) || /[\\#]/.test(wanted.path))
    throw new SallyportError('INPUT_INVALID', 'the request path is malformed');
  const { type, body } = encode(wanted.body);
  if (body !== null && Buffer.byteLength(body) > door.limits.requestBytesMax)
    throw new SallyportError('INPUT_INVALID', 'the request is too large');
  return {
    method: wanted.method,
    origin: line.origin,
    path: query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': 'sallyport',
      ...(type === null ? {} : { 'content-type': type }),
      ...wanted.headers,
    },
    body,
    totalTimeoutMs: door.limits.totalTimeoutMs,
    headersTimeoutMs: door.limits.headersTimeoutMs,
    bytesMax: door.limits.responseBytesMax,
    signal: wanted.signal,
  };
}

function encode(body: RequestBody | undefined): { type: string | null; body: string | null } {
  if (body === undefined) return { type: null, body: null };
  if (body.kind === 'json') return { type: 'application/json', body: JSON.stringify(body.value) };
  if (body.kind === 'form')
    return {
      type: 'application/x-www-form-urlencoded',
      body: new URLSearchParams(body.fields).toString(),
    };
  return { type: body.type, body: body.text };
}

/** No answer: whether it may be repeated depends on what the product can have seen. */
function lost(breaker: Breaker, wanted: EgressRequest, error: unknown): SallyportError {
  if (!(error instanceof ExchangeFailure)) {
    breaker.failed();
    return new SallyportError('BROKEN_INVARIANT', 'the request could not be made', {
      cause: error,
    });
  }
  const blocked = blockedBy(error);
  if (blocked !== null || error.byCaller) breaker.released();
  else breaker.failed();
  if (blocked !== null) return blocked;
  if (error.sent && wanted.effect === 'write')
    return new SallyportError('EFFECT_UNKNOWN', `sent, but ${error.message}`, { cause: error });
  return new SallyportError(
    error.unreadable ? 'RESPONSE_INVALID' : 'VENDOR_UNAVAILABLE',
    error.message,
    { cause: error },
  );
}
