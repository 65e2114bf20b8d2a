import { setTimeout as delay } from 'node:timers/promises';
import { rounded } from './figures.ts';
import { sendAtRate, sendFlatOut, type Sent } from './load.ts';
import { answers, latencies, settleWaitMs, ticketsOf, type Job } from './tickets.ts';

export interface FloodLoad {
  /** Alerts of the source that floods, each about a problem of its own. */
  readonly alerts: number;
  readonly senders: number;
  /** What the other source sends, with and without the flood. */
  readonly perSecond: number;
  readonly seconds: number;
}

const floodIndex = 10_000_000;

/**
 * One source sends problem after problem while another goes on as before, for as long as that takes. Says what became of the flood, and what the
 * other source notices of it: its answers, and its tickets.
 */
export async function measureFlood({ engine, sink }: Job, load: FloodLoad): Promise<object> {
  const { perSecond, seconds, alerts, senders } = load;
  const other = async (firstIndex: number): Promise<Sent> =>
    sendAtRate(engine.target, { perSecond, seconds, keys: perSecond * seconds, firstIndex });
  const alone = await other(0);
  const aloneTickets = await ticketsOfOther({ engine, sink }, alone);
  await sink.reset();
  const flooded = { ...engine.target, source: 'flood' };
  let isOver = false;
  const flooding = sendFlatOut(flooded, {
    count: alerts,
    keys: alerts,
    senders,
    firstIndex: floodIndex,
  }).finally(() => (isOver = true));
  const rounds: Sent[] = [];
  while (!isOver || rounds.length === 0)
    rounds.push(await other(perSecond * seconds * (rounds.length + 1)));
  const flood = await flooding;
  const beside = together(rounds);
  const besideTickets = await ticketsOfOther({ engine, sink }, beside);
  return {
    alerts,
    perSecond,
    seconds,
    flood: {
      ...answers(flood),
      floodSeconds: rounded(flood.elapsedMs / 1_000),
      ...(await kept(engine)),
    },
    alone: { ...answers(alone), ticketMs: aloneTickets },
    beside: { ...answers(beside), ticketMs: besideTickets },
  };
}

const together = (rounds: readonly Sent[]): Sent => ({
  accepted: rounds.reduce((sum, { accepted }) => sum + accepted, 0),
  refused: rounds.reduce((sum, { refused }) => sum + refused, 0),
  elapsedMs: rounds.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0),
  responseMs: rounds.flatMap(({ responseMs }) => responseMs),
  sentAtMs: new Map(rounds.flatMap(({ sentAtMs }) => [...sentAtMs])),
});

/** Waits for the other source's tickets alone: those of the flood come when it has calmed down. */
async function ticketsOfOther({ sink }: Job, sent: Sent): Promise<object> {
  const expected = ticketsOf(sent.sentAtMs.size, sent.sentAtMs.size);
  const deadlineMs = Date.now() + settleWaitMs;
  for (;;) {
    const tickets = (await sink.tickets()).filter(({ alertId }) => sent.sentAtMs.has(alertId));
    if (tickets.length >= expected || Date.now() > deadlineMs)
      return { expected, ...latencies(sent, tickets) };
    await delay(500);
  }
}

/** How much of the flood was filed, and under how many umbrellas. */
async function kept(engine: Job['engine']): Promise<object> {
  const db = await engine.database();
  try {
    const [row] = await db.query<object>(
      `select count(*) filter (where format <> 'storm')::int as incidents, count(*) filter (where storm is not null)::int as held,
              count(*) filter (where format = 'storm')::int as umbrellas, coalesce(sum(count) filter (where format = 'storm'), 0)::int as "umbrellasCount"
         from incidents where source = 'flood'`,
    );
    return row ?? {};
  } finally {
    await db.close();
  }
}
