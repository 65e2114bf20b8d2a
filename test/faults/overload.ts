import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHmac } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { pssOf } from '../../bench/processes.ts';
import { root } from '../support/repository.ts';
import { senderSecret } from './alerts.ts';
import { eventually, openWorld } from './world.ts';
import type { World } from './world.ts';

/**
 * More alerts than the machine can handle, from senders that wait as long as they are told to, between two quiet times.
 *
 *   node test/faults/overload.ts [--rate 300] [--seconds 600] [--backlog 3000] [--storms]
 *
 * `--storms`: with the bounds that an installation has; without it no source ever storms, so that all that is accepted is triaged as it comes.
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '600' },
    backlog: { type: 'string', default: '3000' },
    storms: { type: 'boolean', default: false },
  },
});

/** One in `criticalEvery` alerts is critical: of a quiet time's few every other one, so that there are some to rank. */
const quiet = { rate: 4, seconds: 20, criticalEvery: 2 } as const;
const restSeconds = 30;
const loadCriticalEvery = 25;
const drainLimitMs = 900_000;
const attemptsMax = 10_000;

interface Tally {
  readonly accepted: Set<string>;
  readonly answerMs: number[];
  refused: number;
  /** Answers of 503 without `Retry-After`, and those that are neither 202 nor 503. */
  wrong: number;
  sent: number;
}

const newTally = (): Tally => ({
  accepted: new Set(),
  answerMs: [],
  refused: 0,
  wrong: 0,
  sent: 0,
});

const pause = async (ms: number): Promise<void> =>
  void (await once(AbortSignal.timeout(Math.max(1, Math.round(ms))), 'abort'));

function bodyOf(id: string, critical: boolean): string {
  return JSON.stringify({
    id,
    title: 'Suspicious process seen',
    severity: critical ? 'critical' : 'low',
    time: new Date().toISOString(),
    rule: { id: 'overload' },
    host: { name: `srv-${id}` },
  });
}

interface Sender {
  readonly pool: Pool;
  readonly tally: Tally;
}

interface Answer {
  readonly status: number;
  /** Seconds; NaN where nothing was said. */
  readonly retryAfter: number;
}

/** Null where there was none. */
async function post(
  pool: Pool,
  headers: Record<string, string>,
  body: string,
): Promise<Answer | null> {
  try {
    const answer = await pool.request({
      method: 'POST',
      path: '/v1/alerts/faults',
      headers,
      body,
    });
    await answer.body.dump();
    return {
      status: answer.statusCode,
      retryAfter: Number(answer.headers['retry-after'] ?? Number.NaN),
    };
  } catch {
    return null;
  }
}

/** Until it is accepted: after a 503 not before the time that it names. */
async function deliver(
  { pool, tally }: Sender,
  alert: { readonly id: string; readonly body: string },
): Promise<void> {
  const signature = createHmac('sha256', senderSecret).update(alert.body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-delivery': alert.id,
    'x-signature': `sha256=${signature}`,
  };
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const startMs = performance.now();
    const answer = await post(pool, headers, alert.body);
    if (answer?.status === 202) {
      tally.answerMs.push(performance.now() - startMs);
      tally.accepted.add(alert.id);
      return;
    }
    const isTold = answer !== null && answer.retryAfter > 0;
    if (answer?.status === 503) tally.refused += 1;
    if (answer !== null && (answer.status !== 503 || !isTold)) tally.wrong += 1;
    await pause((isTold ? answer.retryAfter : 1) * 1_000 * (1 + Math.random()));
  }
}

const outstandingMax = 2_000;
const connections = 128;

async function sendFor(
  sender: Sender,
  phase: { name: string; rate: number; seconds: number; criticalEvery: number },
): Promise<void> {
  const open = new Set<Promise<void>>();
  let oneIsOver = (): void => undefined;
  const startMs = performance.now();
  const total = phase.rate * phase.seconds;
  for (
    let turn = 0;
    turn < total && performance.now() - startMs < phase.seconds * 1_000;
    turn += 1
  ) {
    const dueMs = (turn * 1_000) / phase.rate - (performance.now() - startMs);
    if (dueMs > 1) await pause(dueMs);
    if (open.size >= outstandingMax) await new Promise<void>((resolve) => (oneIsOver = resolve));
    const id = `${phase.name}-${turn}`;
    const critical = turn % phase.criticalEvery === 0;
    const sending = deliver(sender, {
      id: critical ? `${id}-critical` : id,
      body: bodyOf(critical ? `${id}-critical` : id, critical),
    });
    sender.tally.sent += 1;
    open.add(sending);
    void sending.finally(() => {
      open.delete(sending);
      oneIsOver();
    });
  }
  await Promise.all(open);
}

const at = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);

/** The columns in which an incident says when each stage of its first alert was over, in their order. */
const stageColumns = ['committed_at', 'dispatched_at', 'looked_up_at', 'ticketed_at'] as const;

interface Spread {
  readonly p50: number;
  readonly p99: number;
}

const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
};

/** Alert to ticket of the critical ones of a phase, and when each stage was over. */
async function criticalMs(
  world: World,
  phase: string,
): Promise<Spread & { count: number; stages: Record<string, Spread> }> {
  const sinceReceived = stageColumns.map(
    (column) => `(extract(epoch from i.${column} - i.received_at) * 1000)::float8 as ${column}`,
  );
  const rows = await world.engine.query<Record<(typeof stageColumns)[number], number>>(
    `select ${sinceReceived.join(', ')} from incidents i join findings f on f.id = i.lead_finding
      where i.ticketed_at is not null and f.body->'resources'->0->>'name' like $1`,
    [`srv-${phase}-%-critical`],
  );
  const stages = stageColumns.map((column) => [column, spreadOf(rows.map((row) => row[column]))]);
  return {
    ...spreadOf(rows.map((row) => row.ticketed_at)),
    count: rows.length,
    stages: Object.fromEntries(stages),
  };
}

const memory = (world: World): number => Math.round(pssOf(world.engine.pids()).all);

const ticketed = async (world: World): Promise<number> =>
  (
    await world.engine.query<{ n: number }>(
      'select count(distinct incident_id) as n from ticket_links',
    )
  )[0]?.n ?? 0;

const noStorms = /^ {2}storm: .*\n/m;

async function configOf(dir: string): Promise<string> {
  const home = join(root, 'test', 'faults', 'config');
  const text = (await readFile(join(home, 'sallyport.yaml'), 'utf8')).replaceAll(
    '${SALLYPORT_HOME}',
    home,
  );
  const path = join(dir, 'sallyport.yaml');
  const bounded = text.replace('\nlimits:\n', `\nlimits:\n  backlogMax: ${values.backlog}\n`);
  await writeFile(path, values.storms ? bounded.replace(noStorms, '') : bounded);
  return path;
}

const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

async function main(): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-overload-'));
  const world = await openWorld({ config: await configOf(dir) });
  const tally = newTally();
  const watch: number[] = [];
  try {
    await world.engine.start();
    const pool = new Pool(world.engine.url, { connections, pipelining: 1 });
    const sender = { pool, tally };
    await sendFor(sender, { name: 'warm', ...quiet });
    await sendFor(sender, { name: 'before', ...quiet });
    const sampling = setInterval(() => watch.push(memory(world)), 5_000);
    const loadStartMs = performance.now();
    await sendFor(sender, {
      name: 'load',
      rate: Number(values.rate),
      seconds: Number(values.seconds),
      criticalEvery: loadCriticalEvery,
    });
    const loadMs = performance.now() - loadStartMs;
    clearInterval(sampling);
    await pause(restSeconds * 1_000);
    await sendFor(sender, { name: 'after', ...quiet });
    const drained = await eventually(
      async () => (await ticketed(world)) >= tally.accepted.size,
      drainLimitMs,
    );
    const answers = tally.answerMs.toSorted((a, b) => a - b);
    const quarter = Math.max(1, Math.floor(watch.length / 4));
    say({
      sent: tally.sent,
      accepted: tally.accepted.size,
      refused: tally.refused,
      wrong: tally.wrong,
      acceptedPerSecond: Math.round(tally.accepted.size / (loadMs / 1_000)),
      tickets: await ticketed(world),
      drained,
      answerMs: { p50: at(answers, 0.5), p99: at(answers, 0.99) },
      criticalToTicketMs: {
        before: await criticalMs(world, 'before'),
        during: await criticalMs(world, 'load'),
        after: await criticalMs(world, 'after'),
      },
      memoryMb: {
        firstQuarter: Math.max(...watch.slice(0, quarter)),
        lastQuarter: Math.max(...watch.slice(-quarter)),
      },
    });
    await pool.close();
    const whole = drained && tally.wrong === 0 && tally.accepted.size === tally.sent;
    return whole ? 0 : 1;
  } finally {
    await world.close();
    await rm(dir, { recursive: true, force: true });
  }
}

process.exitCode = await main();
