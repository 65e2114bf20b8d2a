import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEffectActivities } from '../../activities/executor.ts';
import { createRecordActivities } from '../../activities/record.ts';
import { claimBatch } from '../../intake/claim.ts';
import type { BreakerState } from '../../platform/breaker.ts';
import { createMetrics, stages } from '../../platform/metrics.ts';
import type { Metrics, Stage } from '../../platform/metrics.ts';
import { createEgress } from '../../platform/http.ts';
import type { Egress } from '../../platform/http.ts';
import { createLogger } from '../../platform/logger.ts';
import { createRedactor } from '../../redaction/redact.ts';
import { startHttp } from '../../server/http.ts';
import type { HttpServer } from '../../server/http.ts';
import { insertDue, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { edr, startExecutorWorld } from '../support/executor-world.ts';
import type { ExecutorWorld } from '../support/executor-world.ts';
import { parseOpenMetrics } from '../support/open-metrics.ts';
import type { Exposition } from '../support/open-metrics.ts';

let metrics: Metrics;
let server: HttpServer;
let world: ExecutorWorld;
beforeAll(async () => {
  world = await startExecutorWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  metrics = createMetrics();
  const logger = createLogger({
    level: 'error',
    file: null,
    process: 'test',
    redactText: (text) => text,
  });
  const components = (): [] => [];
  server = await startHttp({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [],
    tokens: [],
    components,
    metrics,
    logger,
    redactText: (text) => text,
  });
});
afterEach(() => server.close());

async function scrape(): Promise<Exposition> {
  const answer = await fetch(`${server.url}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1\./);
  return parseOpenMetrics(await answer.text());
}

describe('the metrics', () => {
  it('are OpenMetrics even before anything happened', async () => {
    const { types } = await scrape();
    expect(Object.fromEntries(types)).toEqual({
      sallyport_stage_seconds: 'histogram',
      sallyport_outcomes: 'counter',
      sallyport_redactions: 'counter',
      sallyport_backlog_incidents: 'gauge',
      sallyport_lag_seconds: 'gauge',
      sallyport_breaker_open: 'gauge',
      sallyport_component_up: 'gauge',
    });
  });

  it('a histogram has cumulative buckets up to its count', async () => {
    for (const ms of [3, 30, 3_000_000, 9_000_000]) metrics.stage('ticketed', ms);
    const { samples } = await scrape();
    const buckets = samples.filter(({ name }) => name === 'sallyport_stage_seconds_bucket');
    const counts = buckets.map(({ value }) => value);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(buckets.at(-1)).toMatchObject({ labels: { le: '+Inf' }, value: 4 });
  });

  it('count effects by what became of them, once each', async () => {
    const deps = { ...world.deps, count: metrics.outcome };
    const { executeMany } = createEffectActivities(deps);
    const item = world.contain(await world.approved());
    await executeMany([item]);
    await executeMany([item]);
    const effects = (await scrape()).samples.filter(({ labels }) => labels['what'] === 'effect');
    expect(effects).toEqual([
      {
        name: 'sallyport_outcomes_total',
        labels: { what: 'effect', outcome: 'done' },
        value: 1,
      },
    ]);
  });
});

describe('a redactor', () => {
  it('counts what it replaced by kind, in documents and in sessions, and nothing that it kept', async () => {
    const ring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(7) } };
    const redactor = createRedactor({ tokenKeys: ring, onReplaced: metrics.redacted });
    redactor.redact({ password: 'correct-horse-7', to: 'jane@example.com' });
    redactor.session().redact({ cc: 'joe@example.com' });
    redactor.redact('jim@example.com', { name: 'open', kinds: { email: 'keep' } });
    const { value } = await scrape();
    expect(value('sallyport_redactions_total', { kind: 'password' })).toBe(1);
    expect(value('sallyport_redactions_total', { kind: 'email' })).toBe(2);
  });
});

describe('the breaker of a connection', () => {
  let egress: Egress;
  let nowMs = 0;
  let heard: BreakerState[] = [];
  beforeEach(() => {
    heard = [];
    egress = createEgress({
      clock: { nowMs: () => nowMs },
      limits: { breakerFailuresMax: 2, breakerRestMs: 5_000 },
      onBreaker: (connection, state) => {
        heard.push(state);
        metrics.breaker(connection, state);
      },
    });
  });
  afterEach(() => egress.close());

  const breaker = async (): Promise<number | undefined> =>
    (await scrape()).value('sallyport_breaker_open', { connection: 'edr' });
  const token = {
    method: 'POST',
    path: '/oauth2/token',
    effect: 'read',
    answers: [400, 401, 403],
  } as const;

  it('is seen to rest, to be tried and to work again', async () => {
    const client = egress.clientFor(edr(world.falcon.url));
    await client.request(token);
    expect(await breaker()).toBe(0);
    await world.fault({ mode: 'before', match: 'POST /oauth2/token', times: 2 });
    await client.request(token).catch(() => undefined);
    await client.request(token).catch(() => undefined);
    expect(await breaker()).toBe(1);
    nowMs += 5_001;
    await client.request(token);
    expect(await breaker()).toBe(0);
    expect(heard).toEqual(['closed', 'open', 'half-open', 'closed']);
    metrics.breaker('edr', 'half-open');
    expect(await breaker()).toBe(0.5);
  });
});

describe('the record of runs', () => {
  const decided = { stage: 'decided' } as const satisfies { stage: Stage };

  it('feeds the time until a person decided, and the ends of runs, once', async () => {
    expect(stages).toContain(decided.stage);
    await insertDue(world.pg.db, 'inc_decided');
    const clock = { nowMs: () => Date.now() };
    const batch = await claimBatch(
      { db: world.pg.db, clock, tenant, catalog: () => sampleCatalog },
      'severity',
    );
    const [run] = batch?.runs ?? [];
    if (run === undefined) throw new Error('nothing was claimed');
    const { facts: _, ...state } = run;
    const report = {
      ...state,
      status: 'done',
      outcome: 'handled',
      stepNo: 9,
      times: { lookedUpMs: null, ticketedMs: null, decidedMs: Date.now() + 90_000 },
    } as const;
    const { recordRun } = createRecordActivities({
      db: world.pg.db,
      clock,
      observe: (stage, ms) => metrics.stage(stage as Stage, ms),
      count: metrics.outcome,
    });
    await recordRun(report);
    await recordRun(report);
    const seen = await scrape();
    expect(seen.value('sallyport_stage_seconds_count', decided)).toBe(1);
    expect(seen.value('sallyport_stage_seconds_bucket', { ...decided, le: '60' })).toBe(0);
    expect(seen.value('sallyport_stage_seconds_bucket', { ...decided, le: '300' })).toBe(1);
    expect(seen.value('sallyport_outcomes_total', { what: 'run', outcome: 'done' })).toBe(1);
  });
});
