import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { promisify } from 'node:util';
import type { Dispatcher } from 'undici';
import { SallyportError } from '../domain/errors.ts';

/** One request over a pool, with its bounds. `path` includes the query. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  readonly totalTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bytesMax: number;
  readonly signal: AbortSignal | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** Why there is no answer, and whether the product may have seen the request: what decides if it may be repeated. */
export class ExchangeFailure extends Error {
  readonly sent: boolean;
  readonly byCaller: boolean;
  /** There was an answer, but beyond our bounds: asking again would bring the same. */
  readonly unreadable: boolean;
  constructor(
    message: string,
    facts: { sent: boolean; byCaller?: boolean; unreadable?: boolean; cause?: unknown },
  ) {
    super(message, { cause: facts.cause });
    this.name = 'ExchangeFailure';
    this.sent = facts.sent;
    this.byCaller = facts.byCaller ?? false;
    this.unreadable = facts.unreadable ?? false;
  }
}

/** Sends and reads whole, or throws `ExchangeFailure`. Follows no redirect, repeats nothing. */
export async function exchange(pool: Dispatcher, wanted: Exchange): Promise<RawAnswer> {
  const raw = await dispatch(pool, wanted);
  return { ...raw, bytes: await decoded(raw, wanted.bytesMax) };
}

function dispatch(pool: Dispatcher, wanted: Exchange): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const attempt = newAttempt();
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      wanted.signal?.removeEventListener('abort', cancelled);
      finish();
    };
    const giveUp = (message: string, facts: GivingUp = {}): void => {
      const failure = new ExchangeFailure(message, { sent: attempt.sent, ...facts });
      attempt.gaveUp ??= failure;
      attempt.controller?.abort(failure);
      settle(() => reject(failure));
    };
    const cancelled = (): void => giveUp('the call was cancelled', { byCaller: true });
    const timer = setTimeout(() => giveUp('no answer in time'), wanted.totalTimeoutMs);
    if (wanted.signal?.aborted === true) return cancelled();
    wanted.signal?.addEventListener('abort', cancelled);
    pool.dispatch(
      optionsOf(wanted),
      handlerOf(attempt, {
        bytesMax: wanted.bytesMax,
        giveUp,
        done: (answer) => settle(() => resolve(answer)),
        failed: (failure) => settle(() => reject(failure)),
      }),
    );
  });
}

interface Attempt {
  /** True from the moment at which bytes may have left for the product. */
  sent: boolean;
  controller: Dispatcher.DispatchController | null;
  gaveUp: ExchangeFailure | null;
  head: Omit<RawAnswer, 'bytes'> | null;
  readonly chunks: Buffer[];
  size: number;
}

function newAttempt(): Attempt {
  return { sent: false, controller: null, gaveUp: null, head: null, chunks: [], size: 0 };
}

function optionsOf(wanted: Exchange): Dispatcher.DispatchOptions {
  const { origin, method, path, headers, body, headersTimeoutMs, totalTimeoutMs } = wanted;
  return {
    origin,
    method,
    path,
    headers: { ...headers },
    body,
    headersTimeout: headersTimeoutMs,
    bodyTimeout: totalTimeoutMs,
  };
}

type GivingUp = { readonly byCaller?: boolean; readonly unreadable?: boolean };

interface Ends {
  readonly bytesMax: number;
  readonly giveUp: (message: string, facts?: GivingUp) => void;
  readonly done: (answer: RawAnswer) => void;
  readonly failed: (failure: ExchangeFailure) => void;
}

function handlerOf(
  attempt: Attempt,
  { bytesMax, giveUp, done, failed }: Ends,
): Dispatcher.DispatchHandler {
  return {
    // Called when a connected socket is about to be written to: before it, nothing can have been sent.
    onRequestStart: (controller) => {
      attempt.controller = controller;
      if (attempt.gaveUp === null) attempt.sent = true;
      else controller.abort(attempt.gaveUp);
    },
    onResponseStart: (_, status, headers) => {
      if (status >= 200) attempt.head = { status, headers: plainHeaders(headers) };
    },
    onResponseData: (_, chunk) => {
      attempt.size += chunk.length;
      if (attempt.size > bytesMax) giveUp('the answer is too large', { unreadable: true });
      else attempt.chunks.push(chunk);
    },
    onResponseEnd: () => {
      if (attempt.head === null) giveUp('the answer has no status');
      else done({ ...attempt.head, bytes: Buffer.concat(attempt.chunks) });
    },
    onResponseError: (_, cause) => {
      failed(
        attempt.gaveUp ??
          new ExchangeFailure('the connection failed', { sent: attempt.sent, cause }),
      );
    },
  };
}

function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const plain: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

const decoders = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/** SECURITY: a few kilobytes may unpack to gigabytes, so the output is bounded, and one coding is the most we undo. */
async function decoded({ headers, bytes }: RawAnswer, bytesMax: number): Promise<Buffer> {
  const coding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (coding === 'identity' || bytes.length === 0) return bytes;
  if (coding !== 'gzip' && coding !== 'deflate' && coding !== 'br')
    throw new ExchangeFailure('the answer has an unknown content coding', {
      sent: true,
      unreadable: true,
    });
  try {
    return await decoders[coding](bytes, { maxOutputLength: bytesMax });
  } catch (cause) {
    throw new ExchangeFailure('the answer cannot be unpacked within its bound', {
      sent: true,
      unreadable: true,
      cause,
    });
  }
}

/** The error that a guard threw while connecting, if that is why nothing was sent. */
export function blockedBy(failure: ExchangeFailure): SallyportError | null {
  return failure.cause instanceof SallyportError && failure.cause.code === 'EGRESS_BLOCKED'
    ? failure.cause
    : null;
}
