import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import { createLogger } from '../../platform/logger.ts';
import { isSettled, until } from '../../server/settle.ts';
import { bundleWorkflows } from '../../server/workflow-bundle.ts';
import { respondId, taskQueues, triageId } from '../../workflows/ids.ts';
import { cancelSignal, findingsSignal } from '../../workflows/messages.ts';
import { goldenActivities } from '../replay/scenarios.ts';
import { openTestEmbedded, type TestEmbedded } from '../support/embedded.ts';
import { fromBase64, hostileCorpus, hostileRecords } from '../support/hostile.ts';
import { send } from '../support/leaky-story.ts';
import { outsideCode } from '../support/outside-code.ts';
import { aRun, containPlan } from '../support/plans.ts';
import type { Probe } from '../support/probing-workflows.ts';
import { startWorkflowHost, type WorkflowHost } from '../support/workflow-host.ts';

const hasText = ({ p64 }: { readonly p64: unknown }): boolean => typeof p64 === 'string';
/** The corpus uses one id and one rule throughout; each of its alerts is to be an incident of its own. */
const apart = (text: string, at: number): string =>
  text.replace('"id":"a-1"', `"id":"a-1-${at}"`).replace('"R1"', `"R1-${at}"`);
const bodies = [
  ...hostileRecords<{ p64: string }>('poison-alerts'),
  ...hostileRecords<{ p64: string }>('prototype-and-keys').filter(hasText),
].map(({ p64 }, at) => Buffer.from(apart(fromBase64(p64), at)));

describe.skipIf(!hostileCorpus)('poisoned alerts on a running engine', () => {
  let test: TestEmbedded;
  const statuses: number[] = [];
  beforeAll(async () => {
    test = await openTestEmbedded();
    for (const body of bodies) statuses.push(await send(test.embedded, 'generic', body));
    const waiting = { signal: new AbortController().signal, limitMs: 60_000 };
    expect(await until(() => isSettled(test.embedded.core.db), waiting)).toBe(true);
  }, 110_000);
  afterAll(() => test.remove());

  it('are all accepted and filed', async () => {
    expect(bodies.length).toBeGreaterThan(30);
    expect([...new Set(statuses)]).toEqual([202]);
    const [row] = await test.embedded.core.db.query<{ filed: number; empty: number }>(
      `select count(*) as filed, count(*) filter (where findings = '[]') as empty from receipts`,
    );
    expect(row?.filed).toBeGreaterThan(20);
    expect(row?.empty).toBe(0);
  });

  it('kill no component, park no run, and fail none but for a user whom nobody knows', async () => {
    expect(
      test.embedded.statuses().filter((each) => each.state !== 'up' || each.restarts > 0),
    ).toEqual([]);
    const bad = await test.embedded.core.db.query(
      `select playbook, status, outcome from runs where status = 'parked' or (status = 'failed' and outcome not like '%TARGET_ABSENT%')`,
    );
    expect(bad).toEqual([]);
  });

  it('decide nothing: no gate, no vote and no act came from them', async () => {
    const { db } = test.embedded.core;
    expect(await db.query('select id from votes')).toEqual([]);
    expect(await db.query(`select key from effects where capability not like 'board.%'`)).toEqual(
      [],
    );
  });

  it('reach their tickets as text that does nothing', async () => {
    const tickets = await test.embedded.core.db.query<{ title: string; body: string }>(
      'select title, body from board_tickets',
    );
    expect(tickets.length).toBeGreaterThan(3);
    expect(tickets.some(({ body }) => body.includes('<!channel>'))).toBe(true);
    for (const { body } of tickets)
      expect(outsideCode(body).replace(/^Runbook: <.*>$/m, '')).not.toMatch(
        /<[!@a-z]|\]\(|\{\{|\$\{|<%|javascript:/i,
      );
  });

  it('leave a log in which every line is one record', () => {
    const log = readFileSync(join(test.embedded.config.dataDir, 'logs', 'sallyport.log'), 'utf8');
    for (const line of log.split('\n').filter((each) => each !== ''))
      expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe.skipIf(!hostileCorpus)('texts that would forge a log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-log-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are one line each, whatever part of a record they are', () => {
    const file = join(folder, 'log');
    const texts = hostileRecords<{ p64: string }>('log-injection')
      .filter(hasText)
      .map(({ p64 }) => fromBase64(p64));
    const logger = createLogger({
      level: 'info',
      file,
      process: 'test',
      redactText: (text) => text,
    });
    for (const text of texts) {
      logger.info(text);
      logger.info({ sender: text, [text]: text, err: new Error(text) }, text);
    }
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(texts.length).toBeGreaterThan(20);
    expect(lines).toHaveLength(2 * texts.length);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ process: 'test', level: 'info' });
      expect(line).not.toMatch(/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }
  });
});

describe('names of prototypes in what workflows are given', () => {
  let host: WorkflowHost;
  beforeAll(async () => {
    const bundle = await bundleWorkflows(
      new URL('../support/probing-workflows.ts', import.meta.url),
    );
    const golden = goldenActivities();
    const lookup = { lookupMany: async () => [{ kind: 'ok', output: hostile } as const] };
    host = await startWorkflowHost({ ...golden, lookup }, { bundle });
  }, 120_000);
  afterAll(() => host.stop());

  // JSON.parse makes own properties of these, as Temporal's converter does.
  const hostile = JSON.parse(
    '{"criticality":"crown","__proto__":{"polluted":"a","status":"contained"},"constructor":{"prototype":{"polluted":"b"}},"toString":1}',
  ) as JsonObject;
  const started = { taskQueue: taskQueues.workflow };
  const probe = (id: string): Promise<Probe> =>
    host.client.workflow.execute<() => Promise<Probe>>('probe', { ...started, workflowId: id });

  it('change no prototype of the sandbox that runs share', async () => {
    const before = await probe('before');
    const plan = containPlan();
    const run = aRun(plan, { key: 'proto' });
    const facts = { ...run.facts, finding: hostile, ...hostile };
    const input = {
      schema: 1,
      batchId: 'p',
      tenant: 'main',
      plans: { [run.plan.digest]: plan },
      runs: [{ ...run, facts }],
    };
    await host.client.workflow.execute('triage', {
      ...started,
      workflowId: triageId('p'),
      args: [input],
    });
    const handle = host.client.workflow.getHandle(respondId('proto'));
    await handle.signal(findingsSignal, { id: 'f', incident: hostile });
    await handle.signal(cancelSignal, { id: 'c', reason: 'enough' });
    await handle.result();
    const after = await probe('after');
    expect(before.inherited).toEqual([]);
    expect(after).toEqual(before);
  });
});
