import { errorTable, SallyportError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';

/** RFC 9457, with our stable code beside it. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    readonly code: ErrorCode;
  };
}

export const problemType = 'application/problem+json';

const msPerSecond = 1_000;
const defaultRetryMs = 2_000;

/** What a client may know of an error. SECURITY: of errors that are not ours only that there was one. */
export function problemFor(error: unknown): Problem {
  if (error instanceof SallyportError)
    return problem(error.code, error.message, error.retryAfterMs);
  return (
    fromFramework(error) ??
    problem('BROKEN_INVARIANT', 'something went wrong here; the log has the details')
  );
}

/** What fastify refuses before a handler runs. */
function fromFramework(error: unknown): Problem | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  if (error.statusCode === 413)
    return problem('BODY_TOO_LARGE', 'the body is larger than this route takes');
  if (error.statusCode === 415)
    return problem('CODING_UNSUPPORTED', 'this route does not take that media type or coding');
  if (error.statusCode === 404) return problem('NOT_FOUND', 'there is no such route');
  if (error.statusCode === 400) return problem('REQUEST_INVALID', 'the request cannot be read');
  return null;
}

function problem(code: ErrorCode, detail: string, retryAfterMs?: number): Problem {
  const { status, action, retry } = errorTable[code];
  const waitMs = retryAfterMs ?? (retry === 'after' || status === 503 ? defaultRetryMs : undefined);
  const headers =
    waitMs === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil(waitMs / msPerSecond))) };
  return {
    status,
    headers,
    body: { type: `urn:sallyport:error:${code}`, title: action, status, detail, code },
  };
}
