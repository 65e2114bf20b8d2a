import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Actor } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import type { ApiToken } from '../platform/config.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';

export type Role = ApiToken['roles'][number];

/** Whom a bearer token names. `actor` is what entries say. */
export interface Identity {
  readonly token: string;
  readonly person: string;
  readonly roles: readonly Role[];
  readonly actor: Actor;
}

export interface Access {
  /** CREDENTIAL_MISSING or CREDENTIAL_REFUSED, which is recorded. */
  identify(request: FastifyRequest): Promise<Identity>;
  /** One of the roles suffices. ROLE_MISSING is recorded too. */
  requireRole(request: FastifyRequest, ...roles: readonly Role[]): Promise<Identity>;
}

export interface AccessDeps {
  readonly tokens: readonly ApiToken[];
  readonly db: Database;
  readonly tenant: string;
  readonly clock: Clock;
}

/** Whoever knocks without a key must not be able to fill the ledger: so many refusals a minute are entries of their own. */
const refusalEntriesPerMinute = 60;
const minuteMs = 60_000;

export function createAccess(deps: AccessDeps): Access {
  const hashes = deps.tokens.map((token) => ({ token, hash: Buffer.from(token.sha256, 'hex') }));
  const record = createRefusalRecorder(deps);
  const identify = async (request: FastifyRequest): Promise<Identity> => {
    const presented = bearerOf(request.headers.authorization);
    if (presented === null)
      return record(request, {
        code: 'CREDENTIAL_MISSING',
        detail: 'send a bearer token',
        person: null,
      });
    const token = tokenFor(presented, hashes);
    if (token === null)
      return record(request, {
        code: 'CREDENTIAL_REFUSED',
        detail: 'the token is not known',
        person: null,
      });
    return {
      token: token.name,
      person: token.person,
      roles: token.roles,
      actor: { kind: 'person', id: token.person },
    };
  };
  return {
    identify,
    requireRole: async (request, ...roles) => {
      const who = await identify(request);
      if (roles.some((role) => who.roles.includes(role))) return who;
      return record(request, {
        code: 'ROLE_MISSING',
        detail: `this needs the role ${roles.join(' or ')}`,
        person: who.person,
      });
    },
  };
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1] ?? null;
}

/** SECURITY: hashes of equal length are compared in constant time, and all of them, so that timing tells nothing. */
function tokenFor(
  presented: string,
  hashes: readonly { token: ApiToken; hash: Buffer }[],
): ApiToken | null {
  const hash = createHash('sha256').update(presented).digest();
  const matches = hashes.filter(
    (item) => item.hash.length === hash.length && timingSafeEqual(item.hash, hash),
  );
  return matches[0]?.token ?? null;
}

interface Refusal {
  readonly code: 'CREDENTIAL_MISSING' | 'CREDENTIAL_REFUSED' | 'ROLE_MISSING';
  readonly detail: string;
  readonly person: string | null;
}

function createRefusalRecorder({
  db,
  tenant,
  clock,
}: AccessDeps): (request: FastifyRequest, refusal: Refusal) => Promise<never> {
  let windowStartMs = 0;
  let written = 0;
  let suppressed = 0;
  return async (request, { code, detail, person }) => {
    const nowMs = clock.nowMs();
    if (nowMs - windowStartMs >= minuteMs) [windowStartMs, written] = [nowMs, 0];
    if (written < refusalEntriesPerMinute) {
      written += 1;
      // The route's pattern, never the address that was typed: that may hold anything.
      const data = {
        code,
        method: request.method,
        route: request.routeOptions.url ?? '',
        suppressedBefore: suppressed,
      };
      suppressed = 0;
      const actor: Actor = { kind: 'person', id: person ?? 'unknown' };
      const entry = newEntry(
        {
          tenant,
          type: 'access.refused',
          actor,
          incident: null,
          run: null,
          subject: null,
          outcome: 'refused',
          data,
        },
        clock,
      );
      await appendEntries(db, [entry]);
    } else suppressed += 1;
    throw new SallyportError(code, detail);
  };
}
