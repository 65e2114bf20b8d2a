import { cpus, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBenchEngine } from './engine.ts';
import { measureFlood } from './flood.ts';
import { measureGates, measureWaiting } from './gates.ts';
import { measureGrowth } from './growth.ts';
import { sendFlatOut } from './load.ts';
import { openApprover } from './people.ts';
import { cpuByPart, cpuSince, pssOf } from './processes.ts';
import { startSinkProcess } from './sink-process.ts';
import { measureTickets, settleWaitMs, ticketsOf, type Job } from './tickets.ts';

/**
 * Measures one thing and prints one JSON line. Engine and sink are processes of their own; everything shares this
 * machine. The modes and what their lines say: README.md.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    alerts: { type: 'string' },
    keys: { type: 'string' },
    gates: { type: 'string', default: '10000' },
    votes: { type: 'string', default: '100' },
    senders: { type: 'string', default: '32' },
    'per-second': { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string', default: '200' },
  },
});
const mode = positionals[0] ?? 'flat';

const number = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Number(text);
const senders = Number(values.senders);
const schedule = (perSecond: number, seconds: number) => ({
  perSecond: number(values['per-second'], perSecond),
  seconds: number(values.seconds, seconds),
});

const modes: Readonly<Record<string, (job: Job) => Promise<object>>> = {
  flat: (job) => {
    const alerts = number(values.alerts, 5_000);
    return measureTickets(job, { senders, alerts, keys: number(values.keys, alerts) });
  },
  rate: (job) => measureTickets(job, schedule(20, 60)),
  storm: async (job) => {
    const alerts = number(values.alerts, 20_000);
    const measured = await measureTickets(job, { senders, alerts, keys: 1 });
    const approver = await openApprover(job.engine);
    const counted = await approver.counted('Suspicious process on host 0');
    await approver.close();
    return { ...measured, counted };
  },
  gate: (job) => measureGates(job, schedule(2, 30)),
  waiting: (job) =>
    measureWaiting(job, { gates: Number(values.gates), votes: Number(values.votes), senders }),
  flood: (job) =>
    measureFlood(job, {
      alerts: number(values.alerts, 100_000),
      senders,
      ...schedule(5, 60),
    }),
  growth: (job) =>
    measureGrowth(job, {
      alerts: number(values.alerts, 20_000),
      perSecond: number(values['per-second'], 100),
    }),
  idle: async ({ engine }) => {
    const seconds = number(values.seconds, 30);
    const cpu = cpuSince(cpuByPart(await engine.pids()));
    await delay(seconds * 1_000);
    const pids = await engine.pids();
    return { seconds, cpuMsPerSecond: cpu(pids, seconds), pssMb: pssOf(pids) };
  },
};

async function main(): Promise<void> {
  const measure = modes[mode];
  if (measure === undefined) throw new Error(`use one of: ${Object.keys(modes).join(', ')}`);
  // So that what is left of the engine goes as well: it does at an exit, and not at a signal.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const sink = await startSinkProcess();
  try {
    const engine = await startBenchEngine(sink.url);
    try {
      await warmUp({ engine, sink });
      const measured = await measure({ engine, sink });
      const readyMs = Math.round(engine.readyMs);
      process.stdout.write(`${JSON.stringify({ mode, ...setUp(), ...measured, readyMs })}\n`);
    } finally {
      await engine.stop();
    }
  } finally {
    await sink.stop();
  }
}

const setUp = (): object => ({
  node: process.version,
  cpu: cpus()[0]?.model.trim() ?? '',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  at: new Date().toISOString(),
});

const warmUpKeyBase = 1_000_000;

async function warmUp({ engine, sink }: Job): Promise<void> {
  const count = Number(values['warm-up']);
  if (count === 0) return;
  await sendFlatOut(engine.target, { count, keys: count, senders: 8, firstIndex: warmUpKeyBase });
  await sink.untilTickets(ticketsOf(count, count), settleWaitMs);
  await sink.reset();
}

await main();
