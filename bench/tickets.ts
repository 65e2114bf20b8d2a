import type { BenchEngine } from './engine.ts';
import { rounded, spread } from './figures.ts';
import { sendAtRate, sendFlatOut, type Sent } from './load.ts';
import { cpuByPart, cpuSince, pssOf } from './processes.ts';
import type { SinkProcess, SinkTicket } from './sink-process.ts';

/** Milliseconds that the last ticket may take after the last alert. */
export const settleWaitMs = 300_000;

/** Every tenth alert asks for no ticket. */
export const ticketsOf = (alerts: number, keys: number): number =>
  keys >= alerts ? alerts - Math.floor(alerts / 10) : keys;

export interface Job {
  readonly engine: BenchEngine;
  readonly sink: SinkProcess;
}

/** As many at a time as `senders`, or on schedule. */
export type Pace =
  | { readonly senders: number; readonly alerts: number; readonly keys: number }
  | { readonly perSecond: number; readonly seconds: number };

/** From signed alerts to their tickets. */
export async function measureTickets(
  { engine, sink }: Job,
  pace: Pace,
  firstIndex = 0,
): Promise<object> {
  const alerts = 'senders' in pace ? pace.alerts : pace.perSecond * pace.seconds;
  const keys = 'senders' in pace ? pace.keys : alerts;
  const cpu = cpuSince(cpuByPart(await engine.pids()));
  const startMs = Date.now();
  const sent =
    'senders' in pace
      ? await sendFlatOut(engine.target, { ...pace, count: alerts, firstIndex })
      : await sendAtRate(engine.target, { ...pace, keys, firstIndex });
  const expected = ticketsOf(alerts, keys);
  await sink.untilTickets(expected, settleWaitMs);
  const tickets = await sink.tickets();
  const lastMs = tickets.reduce((latest, ticket) => Math.max(latest, ticket.atMs), 0);
  const pids = await engine.pids();
  return {
    alerts,
    keys,
    ...answers(sent),
    tickets: tickets.length,
    distinct: new Set(tickets.map((ticket) => ticket.externalId)).size,
    expected,
    ticketsPerSecond: rounded((tickets.length * 1000) / (lastMs - startMs)),
    alertsPerSecond: rounded((alerts * 1000) / (lastMs - startMs)),
    ticketMs: latencies(sent, tickets),
    cpuMsPerAlert: cpu(pids, alerts),
    pssMb: pssOf(pids),
    leaks: await sink.leaks(),
  };
}

export function answers(sent: Sent): object {
  return {
    accepted: sent.accepted,
    refused: sent.refused,
    acceptedPerSecond: rounded((sent.accepted * 1000) / sent.elapsedMs),
    responseMs: spread(sent.responseMs),
  };
}

/** From the scheduled send to the sink's arrival of the ticket, matched by the alert's id in the ticket's text. */
export function latencies(sent: Sent, tickets: readonly SinkTicket[]): object {
  const ms = tickets.flatMap((ticket) => {
    const atMs = sent.sentAtMs.get(ticket.alertId);
    return atMs === undefined ? [] : [ticket.atMs - atMs];
  });
  return { matched: ms.length, ...spread(ms) };
}
