import { SallyportError } from '../../domain/errors.ts';
import { createHash } from 'node:crypto';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Role } from '../../api/access.ts';
import { createAccess } from '../../api/access.ts';
import type { ManualReport, PeopleDeps, RunToCancel } from '../../api/people-deps.ts';
import { peopleRoutes } from '../../api/people-routes.ts';
import { problemFor, problemType } from '../../api/problem.ts';
import { createRedactor } from '../../redaction/redact.ts';
import type { Database } from '../../store/database.ts';
import type { DeliverVote } from '../../store/vote-delivery.ts';
import type { VotePayload } from '../../domain/vote.ts';
import type { Clock } from '../../platform/clock.ts';
import { reasonDigest, signVote } from '../../platform/signature.ts';
import type { Gate } from '../../store/gates.ts';
import type { TestClock } from './approvals.ts';
import type { Person } from './orders.ts';

export const tenant = 'acme';
const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const vaultKeys = { current: 'v1', keys: { v1: key(2) } };

export interface PeopleApi {
  readonly app: FastifyInstance;
  readonly deps: PeopleDeps;
  readonly filed: ManualReport[];
  readonly cancelled: RunToCancel[];
  /** What the workflow would answer to a vote that is brought to it. */
  deliver(next: DeliverVote): void;
  /** `wanted` is method and path: `GET /v1/gates`. */
  call(
    as: string | null,
    wanted: string,
    body?: unknown,
  ): Promise<{ status: number; type: string; body: Record<string, unknown> }>;
}

const people: Readonly<Record<string, readonly Role[]>> = {
  ann: ['analyst'],
  alice: ['analyst', 'approver'],
  carol: ['approver'],
  dave: ['approver'],
  audrey: ['auditor'],
  root: ['admin'],
  siem: ['source'],
};

export const tokenOf = (person: string): string => `token-of-${person}`;

export function peopleApi(db: Database, clock: TestClock, voteDeadlineMs = 20_000): PeopleApi {
  let deliver: DeliverVote = async () => 'gone';
  const filed: ManualReport[] = [];
  const cancelled: RunToCancel[] = [];
  const tokens = Object.entries(people).map(([person, roles]) => ({
    name: `${person}-token`,
    person,
    roles: [...roles],
    sha256: createHash('sha256').update(tokenOf(person)).digest('hex'),
  }));
  const deps: PeopleDeps = {
    db,
    clock,
    tenant,
    ledgerOrigin: 'log.example/test',
    access: createAccess({ tokens, db, tenant, clock }),
    redactor: createRedactor({
      tokenKeys: { current: 'k1', keys: { k1: key(1) } },
      vaultKeys,
      tenant,
    }),
    vaultKeys,
    playbooks: () => [
      {
        name: 'plain-alert',
        version: 1,
        title: 'Plain alert',
        author: 'bob',
        digest: 'd'.repeat(64),
      },
    ],
    fileManual: async (report) => {
      filed.push(report);
      return { receiptId: 'rcp_1', incidentId: 'inc_1' };
    },
    openOriginal: async (_tx, receiptId) => {
      if (receiptId !== 'rcp_kept') throw new SallyportError('NOT_FOUND', 'it is not kept');
      return { source: 'sealed', body: Buffer.from('{"title":"as it came"}') };
    },
    replay: async () => ({ bodies: 0, same: 0, changed: 0, filed: 0, next: null }),
    deliverVote: (vote) => deliver(vote),
    voteDeadlineMs,
    cancelRun: async (run) => void cancelled.push(run),
  };
  const app = fastify();
  app.setErrorHandler((error, _request, reply) => {
    const { status, headers, body } = problemFor(error);
    return reply.code(status).headers(headers).type(problemType).send(body);
  });
  app.register(async (scope) => peopleRoutes(deps)(scope));
  return {
    app,
    deps,
    filed,
    cancelled,
    deliver: (next) => void (deliver = next),
    call: async (as, wanted, body) => {
      const [method, path = ''] = wanted.split(' ');
      const response = await app.inject({
        method: method === 'POST' ? 'POST' : 'GET',
        url: path,
        headers: as === null ? {} : { authorization: `Bearer ${tokenOf(as)}` },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return {
        status: response.statusCode,
        type: String(response.headers['content-type']),
        body: response.json<Record<string, unknown>>(),
      };
    },
  };
}

type Sketch = Partial<VotePayload> & { readonly reason?: string };
export type Ballot = (by: Person, gate: Gate, over?: Sketch) => object;

let nonces = 0;

/** What the command line sends for a vote: the signed payload and the reason as typed. */
export function ballotAt(
  clock: Clock,
  {
    by,
    gate,
    reason = 'confirmed with the owner',
    ...payload
  }: Sketch & { readonly by: Person; readonly gate: Gate },
): object {
  nonces += 1;
  const nonce = `nonce-${String(nonces).padStart(16, '0')}`;
  const signed = signVote(
    {
      gateId: gate.id,
      orderDigest: gate.orderDigest,
      decision: 'approve',
      reasonDigest: reasonDigest(nonce, reason),
      approver: by.approver.id,
      keyId: by.key.keyId,
      time: new Date(clock.nowMs()).toISOString(),
      nonce,
      ...payload,
    },
    by.key,
  );
  return { ...signed, reason };
}
