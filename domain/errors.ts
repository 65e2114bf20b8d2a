/**
 * The one error table. A code decides three things and nothing else does: whether Temporal retries, which HTTP
 * status a person sees, and what an operator should do. `docs/reference/errors.md` is generated from it.
 */
export type RetryRule = 'never' | 'backoff' | 'after';
export type ErrorFamily =
  | 'invalid'
  | 'denied'
  | 'absent'
  | 'conflict'
  | 'throttled'
  | 'unavailable'
  | 'unknown-outcome'
  | 'broken';

interface ErrorRow {
  readonly family: ErrorFamily;
  readonly retry: RetryRule;
  readonly status: number;
  readonly action: string;
}

type Row = (status: number, action: string) => ErrorRow;
const rowsOf =
  (family: ErrorFamily, retry: RetryRule): Row =>
  (status, action) => ({ family, retry, status, action });

const invalid = rowsOf('invalid', 'never');
const denied = rowsOf('denied', 'never');
const stopped = rowsOf('denied', 'backoff');
const early = rowsOf('denied', 'after');
const absent = rowsOf('absent', 'never');
const conflict = rowsOf('conflict', 'never');
const throttled = rowsOf('throttled', 'after');
const unavailable = rowsOf('unavailable', 'after');
const flaky = rowsOf('unavailable', 'backoff');
const uncertain = rowsOf('unknown-outcome', 'never');
const broken = rowsOf('broken', 'never');

export const errorTable = {
  REQUEST_INVALID: invalid(400, 'Correct the request; the detail names the field.'),
  BODY_UNREADABLE: invalid(400, 'Send JSON in UTF-8.'),
  UNPROCESSABLE: invalid(422, 'The request is well formed but cannot be done as asked.'),
  INPUT_INVALID: invalid(
    422,
    'A step resolved to an input that the capability refuses; check the playbook.',
  ),
  EXPRESSION_FAILED: invalid(
    422,
    'A condition could not be evaluated; check the playbook against its data.',
  ),
  PLAYBOOK_INVALID: invalid(422, 'Run `sallyport playbook check`.'),
  POLICY_INVALID: invalid(422, 'Correct the policy file that the detail names.'),
  CONFIG_INVALID: invalid(500, 'Correct `sallyport.yaml` at the key that the detail names.'),
  OUTPUT_TOO_LARGE: invalid(422, 'Select fewer fields from the step.'),
  RESPONSE_INVALID: invalid(
    502,
    'The product answered in a shape that the connector does not know.',
  ),
  CREDENTIAL_MISSING: denied(401, 'Send the credential that the route asks for.'),
  CREDENTIAL_REFUSED: denied(401, 'The token or signature is wrong, expired or revoked.'),
  ROLE_MISSING: denied(403, 'Ask an administrator for the role that the detail names.'),
  VOTE_REFUSED: denied(
    403,
    'The detail names the rule that refused the vote; the refusal is recorded.',
  ),
  WARRANT_REFUSED: denied(403, 'The order has no valid warrant; open the gate again.'),
  ORDER_EARLY: early(
    503,
    'The clock stands before the time from which the order is valid: it was set back; the action waits.',
  ),
  STOPPED: stopped(503, 'A kill switch is on; `sallyport resume` turns it off.'),
  TARGET_PROTECTED: denied(403, 'Policy protects this target; act by hand or change the policy.'),
  BUDGET_SPENT: denied(403, 'Too many actions in the window; wait, or raise the budget.'),
  GRANT_MISSING: denied(403, 'The playbook uses a connection or field that policy does not grant.'),
  EGRESS_BLOCKED: denied(403, "The address is not on the connection's allow-list."),
  VENDOR_DENIED: denied(
    502,
    'The product refused our credential; check it with `sallyport connection check`.',
  ),
  NOT_FOUND: absent(404, 'Nothing by that name or id.'),
  TARGET_ABSENT: absent(404, 'The product does not know the target.'),
  CONFLICT: conflict(409, 'Something changed meanwhile; read again and repeat.'),
  PRECONDITION_CHANGED: conflict(
    409,
    'The target changed since the evidence was read; the gate asks anew.',
  ),
  BODY_TOO_LARGE: invalid(413, 'Send less than the limit that the detail names.'),
  CODING_UNSUPPORTED: invalid(415, 'Use no content coding, gzip or deflate.'),
  THROTTLED: throttled(429, 'Wait as `Retry-After` says.'),
  VENDOR_THROTTLED: throttled(
    503,
    'The product limits our rate; the call is repeated when it allows.',
  ),
  BACKLOG_FULL: unavailable(503, 'The backlog reached its bound; senders must retry.'),
  STORE_UNAVAILABLE: unavailable(503, 'PostgreSQL cannot be reached or written.'),
  SCHEMA_UNKNOWN: broken(
    500,
    'The database belongs to another version of Sallyport; start that version or restore its backup.',
  ),
  TEMPORAL_UNAVAILABLE: unavailable(503, 'Temporal cannot be reached; accepted work waits.'),
  VENDOR_UNAVAILABLE: flaky(503, 'The product is down or slow; the call is repeated.'),
  BREAKER_OPEN: flaky(503, 'The connection failed too often and rests.'),
  LEASE_HELD: flaky(503, 'Another worker is doing this effect right now.'),
  EFFECT_UNKNOWN: uncertain(
    502,
    'The answer was lost; the outcome is looked up before anything else.',
  ),
  EFFECT_HELD: uncertain(
    502,
    'The outcome cannot be looked up; a person must decide (`sallyport gates`).',
  ),
  BROKEN_INVARIANT: broken(500, 'A bug; report it with the log lines around it.'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text);
}

/**
 * The only error that we throw on purpose. `message` must be safe to store anywhere: no secrets, no personal data.
 * `retryAfterMs` is set where the other side said when to come back.
 */
export class SallyportError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'SallyportError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether the same call may succeed later: what hosts repeat, and what makes a run leave its batch. */
export function isWorthRetrying(code: ErrorCode): boolean {
  return errorTable[code].retry !== 'never';
}
