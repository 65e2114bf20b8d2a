import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { problemFor, problemType } from '../../api/problem.ts';
import { createInbox, type Inbox, type InboxDeps } from '../../intake/inbox.ts';
import { receive, unfileable, type ReceiveDeps } from '../../intake/receive.ts';
import { receiveInTurns } from '../../intake/receive-in-turns.ts';
import { createRejects, type Rejects } from '../../intake/rejects.ts';
import type { IntakeDeps } from '../../intake/accept.ts';
import { hecRoutes } from '../../intake/hec-routes.ts';
import { intakeRoutes } from '../../intake/routes.ts';
import { noPace } from '../../intake/storm-pace.ts';
import { createStormGauge, type StormRates } from '../../intake/storm-gauge.ts';
import type { AlertKeeping } from '../../intake/keep-alert.ts';
import type { FetchText } from '../../intake/verify/key-sets.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import type { SourceConfig } from '../../platform/source-config.ts';
import { createRedactor, type Redactor } from '../../redaction/redact.ts';
import type { SealedOriginal } from '../../domain/sealed-original.ts';
import type { Database } from '../../store/database.ts';
import { keepOriginals } from '../../store/vault.ts';
import { shippedCorrelate } from './correlate.ts';

export const testTenant = 'main';
export const testToken = 'the-token-of-the-test-source';

/** 32 bytes that are no secret: tests only. */
const ring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(7) } };
export const testRedactor = createRedactor({
  tokenKeys: ring,
  vaultKeys: ring,
  tenant: testTenant,
});

export interface TestIntake {
  readonly app: FastifyInstance;
  readonly inbox: Inbox<SealedOriginal>;
  readonly rejects: Rejects;
  committed(): number;
  post(
    body: string | Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: TestReceipt; headers: Record<string, unknown> }>;
}

export interface TestReceipt {
  readonly receiptId: string;
  readonly findings: readonly {
    readonly id: string;
    readonly incident: string;
    readonly kind: string;
  }[];
  readonly code?: string;
}

const testSources: Readonly<Record<string, SourceConfig>> = {
  test: { verify: { kind: 'bearer', secrets: [testToken] }, deliveryHeader: 'x-delivery' },
};

export interface TestIntakeOptions {
  readonly clock?: Clock;
  readonly sources?: Readonly<Record<string, SourceConfig>>;
  readonly fetchText?: FetchText;
  readonly storms?: StormRates;
  readonly onRefused?: (error: unknown) => void;
  readonly keeping?: AlertKeeping;
  readonly limits?: NonNullable<InboxDeps<unknown>['limits']>;
  readonly redactor?: Redactor;
}

const noStorms: StormRates = { problems: null, allProblems: null, bySource: {} };

export function testInbox(
  db: Database,
  options: TestIntakeOptions = {},
  onCommitted: () => void = () => undefined,
): Inbox<SealedOriginal> {
  const limits = options.limits === undefined ? {} : { limits: options.limits };
  return createInbox<SealedOriginal>({
    db,
    tenant: testTenant,
    clock: options.clock ?? systemClock,
    keepOriginals,
    onCommitted,
    onRefused: options.onRefused ?? (() => undefined),
    unfileable: unfileable(testTenant),
    storms: createStormGauge(options.storms ?? noStorms, options.clock ?? systemClock),
    ...limits,
  });
}

export function testIntakeDeps(
  db: Database,
  options: TestIntakeOptions = {},
  onCommitted: () => void = () => undefined,
): IntakeDeps<SealedOriginal> {
  const clock = options.clock ?? systemClock;
  const receiving: ReceiveDeps<SealedOriginal> = {
    tenant: testTenant,
    redactor: options.redactor ?? testRedactor,
    correlate: shippedCorrelate,
    ...(options.keeping === undefined ? {} : { keeping: options.keeping }),
  };
  return {
    ...receiving,
    receiver: receiveInTurns(
      (sent) => receive(receiving, sent),
      () => performance.now(),
      noPace,
    ),
    sources: options.sources ?? testSources,
    inbox: testInbox(db, options, onCommitted),
    rejects: createRejects({
      db,
      tenant: testTenant,
      clock,
      redactText: (text) => testRedactor.redactText(text).text,
    }),
    clock,
    fetchText: options.fetchText ?? nothingToFetch,
  };
}

const nothingToFetch: FetchText = () => Promise.reject(new Error('nothing is fetched here'));

/** The whole way in, over a real database: requests are injected, not sent. */
export function testIntake(db: Database, options: TestIntakeOptions = {}): TestIntake {
  let commits = 0;
  const deps = testIntakeDeps(db, options, () => (commits += 1));
  const { inbox, rejects } = deps;
  const app = fastify({ logger: false });
  app.setErrorHandler((error, _request, reply) => {
    const problem = problemFor(error);
    return reply.code(problem.status).headers(problem.headers).type(problemType).send(problem.body);
  });
  app.register(async (scope) => intakeRoutes(deps)(scope));
  app.register(async (scope) => hecRoutes(deps)(scope));
  return {
    app,
    inbox,
    rejects,
    committed: () => commits,
    post: async (body, headers = {}) => {
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/alerts/test',
        headers: { authorization: `Bearer ${testToken}`, ...headers },
        payload: typeof body === 'string' ? body : Buffer.from(body),
      });
      return {
        status: answer.statusCode,
        body: answer.json<TestReceipt>(),
        headers: answer.headers,
      };
    },
  };
}

/** As Falco sends it; `fields` go into its `output_fields`. */
export const falcoAlert = (
  over: Record<string, unknown> = {},
  fields: Record<string, unknown> = {},
): Record<string, unknown> => ({
  rule: 'Terminal shell in container',
  priority: 'Notice',
  hostname: 'web-7',
  time: '2026-11-20T10:00:00.000000001Z',
  output: 'A shell was spawned',
  output_fields: {
    'k8s.ns.name': 'shop',
    'k8s.pod.name': 'cart-6d4cf56db6-x2x4z',
    'proc.name': 'sh',
    'user.name': 'root',
    ...fields,
  },
  ...over,
});
