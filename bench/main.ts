import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { percentile, rounded } from './figures.ts';
import { startBenchEngine, type BenchEngine } from './engine.ts';
import { sendAtRate, sendFlatOut, type Sent } from './load.ts';
import { cpuByPart, pssMbByPart } from './processes.ts';
import { startSinkProcess, type SinkProcess } from './sink-process.ts';

/**
 * Measures the whole way from a signed alert to its ticket and prints one JSON line. Engine and sink are processes of
 * their own; everything shares this machine.
 *
 *   node bench/main.ts flat  [--alerts 5000] [--keys 5000] [--senders 32]
 *   node bench/main.ts rate  [--per-second 20] [--seconds 60]
 *   node bench/main.ts storm [--alerts 20000]            all alerts about one key
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    alerts: { type: 'string' },
    keys: { type: 'string' },
    senders: { type: 'string', default: '32' },
    'per-second': { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    'warm-up': { type: 'string', default: '200' },
  },
});
const mode = positionals[0] ?? 'flat';
const settleWaitMs = 300_000;

/** Every tenth alert asks for no ticket. */
const ticketsOf = (alerts: number, keys: number): number =>
  keys >= alerts ? alerts - Math.floor(alerts / 10) : keys;

async function main(): Promise<void> {
  const sink = await startSinkProcess();
  const engine = await startBenchEngine(sink.url);
  try {
    await warmUp(engine, sink);
    console.log(
      JSON.stringify({
        mode,
        ...setUp(),
        ...(await measure(engine, sink)),
        readyMs: Math.round(engine.readyMs),
      }),
    );
  } finally {
    await engine.stop();
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

async function warmUp(engine: BenchEngine, sink: SinkProcess): Promise<void> {
  const count = Number(values['warm-up']);
  if (count === 0) return;
  await sendFlatOut(engine.target, { count, keys: count, senders: 8, firstIndex: warmUpKeyBase });
  await sink.untilTickets(ticketsOf(count, count), settleWaitMs);
  await sink.reset();
}

async function measure(engine: BenchEngine, sink: SinkProcess): Promise<object> {
  const pids = await engine.pids();
  const cpuBefore = cpuByPart(pids);
  const startMs = Date.now();
  const load = await sendLoad(engine);
  const expected = ticketsOf(load.alerts, load.keys);
  await sink.untilTickets(expected, settleWaitMs);
  const tickets = await sink.tickets();
  const lastMs = Math.max(...tickets.map((ticket) => ticket.atMs));
  const cpuAfter = cpuByPart(await engine.pids());
  const perAlert = (part: keyof typeof cpuAfter): number =>
    rounded(((cpuAfter[part] - cpuBefore[part]) * 1000) / load.alerts, 2);
  return {
    alerts: load.alerts,
    keys: load.keys,
    ...answers(load.sent),
    tickets: tickets.length,
    distinct: new Set(tickets.map((ticket) => ticket.externalId)).size,
    expected,
    ticketsPerSecond: rounded((tickets.length * 1000) / (lastMs - startMs)),
    alertsPerSecond: rounded((load.alerts * 1000) / (lastMs - startMs)),
    ...latencies(load.sent, tickets),
    cpuMsPerAlert: {
      engine: perAlert('engine'),
      postgres: perAlert('postgres'),
      temporal: perAlert('temporal'),
    },
    pssMb: pssOf(await engine.pids()),
    leaks: await sink.leaks(),
  };
}

function pssOf(pids: readonly number[]): object {
  const { engine, postgres, temporal } = pssMbByPart(pids);
  return {
    all: Math.round(engine + postgres + temporal),
    engine: Math.round(engine),
    postgres: Math.round(postgres),
    temporal: Math.round(temporal),
  };
}

interface Load {
  readonly sent: Sent;
  readonly alerts: number;
  readonly keys: number;
}

async function sendLoad(engine: BenchEngine): Promise<Load> {
  if (mode === 'rate') {
    const [perSecond, seconds] = [Number(values['per-second']), Number(values.seconds)];
    const alerts = perSecond * seconds;
    return {
      alerts,
      keys: alerts,
      sent: await sendAtRate(engine.target, { perSecond, seconds, keys: alerts }),
    };
  }
  const alerts = Number(values.alerts ?? (mode === 'storm' ? 20_000 : 5_000));
  const keys = mode === 'storm' ? 1 : Number(values.keys ?? alerts);
  return {
    alerts,
    keys,
    sent: await sendFlatOut(engine.target, {
      count: alerts,
      keys,
      senders: Number(values.senders),
    }),
  };
}

function answers(sent: Sent): object {
  return {
    accepted: sent.accepted,
    refused: sent.refused,
    acceptedPerSecond: rounded((sent.accepted * 1000) / sent.elapsedMs),
    responseMs: {
      p50: rounded(percentile(sent.responseMs, 0.5)),
      p99: rounded(percentile(sent.responseMs, 0.99)),
    },
  };
}

/** From the scheduled send to the sink's arrival of the ticket, matched by the alert's id in the ticket's text. */
function latencies(sent: Sent, tickets: readonly { alertId: string; atMs: number }[]): object {
  const ms = tickets.flatMap((ticket) => {
    const atMs = sent.sentAtMs.get(ticket.alertId);
    return atMs === undefined ? [] : [ticket.atMs - atMs];
  });
  return {
    ticketMs: {
      matched: ms.length,
      p50: rounded(percentile(ms, 0.5)),
      p95: rounded(percentile(ms, 0.95)),
      p99: rounded(percentile(ms, 0.99)),
    },
  };
}

await main();
