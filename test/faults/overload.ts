import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { pssOf } from '../../bench/processes.ts';
import { root } from '../support/repository.ts';
import { newTally, pause, sendFor } from './overload-senders.ts';
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
const connections = 128;
const drainLimitMs = 900_000;

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
