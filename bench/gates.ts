import { setTimeout as delay } from 'node:timers/promises';
import { rounded, spread } from './figures.ts';
import { sendAtRate, sendFlatOut, type Sent } from './load.ts';
import { openApprover, type Approver } from './people.ts';
import { pssOf } from './processes.ts';
import type { Job } from './tickets.ts';

const rule = 'bench-gate';
const lookEveryMs = 20;
const actWaitMs = 120_000;

interface Approved {
  readonly host: string;
  readonly shownAtMs: number;
  readonly sentAtMs: number;
  readonly answerMs: number;
}

/**
 * Alert → gate in the list → signed vote → action at the product. A person's time is left out: the vote follows as soon
 * as the gate is seen.
 */
export async function measureGates(
  { engine, sink }: Job,
  load: { readonly perSecond: number; readonly seconds: number },
): Promise<object> {
  const gates = load.perSecond * load.seconds;
  const approver = await openApprover(engine);
  try {
    const sending = sendAtRate(engine.target, { ...load, keys: gates, rule });
    const approved = await approveAll(approver, gates);
    const sent = await sending;
    const acts = new Map<string, number>();
    for (const untilMs = Date.now() + actWaitMs; acts.size < gates; await delay(lookEveryMs)) {
      for (const { host, atMs } of await sink.acts()) acts.set(host, atMs);
      if (Date.now() > untilMs) throw new Error(`only ${acts.size} of ${gates} actions were done`);
    }
    const shown = approved.map((gate) => gate.shownAtMs - sentAt(sent, gate.host));
    const done = approved.map((gate) => (acts.get(gate.host) ?? Number.NaN) - gate.sentAtMs);
    return {
      gates,
      shownMs: spread(shown),
      voteMs: spread(approved.map((gate) => gate.answerMs)),
      doneMs: spread(done),
      machineMs: spread(shown.map((ms, index) => ms + (done[index] ?? Number.NaN))),
      pssMb: pssOf(await engine.pids()),
    };
  } finally {
    await approver.close();
  }
}

/** The host's name ends in the index of its alert. */
const sentAt = (sent: Sent, host: string): number =>
  sent.sentAtMs.get(host.replace('host-', 'bench-')) ?? Number.NaN;

/** One vote for each gate that shows up, until there were that many. */
async function approveAll(approver: Approver, gates: number): Promise<readonly Approved[]> {
  const seen = new Set<string>();
  const votes: Promise<Approved>[] = [];
  for (const untilMs = Date.now() + actWaitMs * 2; seen.size < gates; await delay(lookEveryMs)) {
    const open = await approver.openGates();
    const shownAtMs = Date.now();
    for (const { gateId, target } of open.filter((gate) => !seen.has(gate.gateId))) {
      seen.add(gateId);
      const vote = approver.approve(gateId);
      votes.push(vote.then((answer) => ({ host: target.id, shownAtMs, ...answer })));
    }
    if (shownAtMs > untilMs) throw new Error(`only ${seen.size} of ${gates} gates were shown`);
  }
  return Promise.all(votes);
}

/** Opens that many gates, leaves them open, and votes for some of them, one after the other. */
export async function measureWaiting(
  { engine }: Job,
  load: { readonly gates: number; readonly votes: number; readonly senders: number },
): Promise<object> {
  const approver = await openApprover(engine);
  const database = await engine.database();
  try {
    const before = pssOf(await engine.pids());
    const startMs = Date.now();
    await sendFlatOut(engine.target, { ...load, count: load.gates, keys: load.gates, rule });
    for (let open = 0; open < load.gates; await delay(250)) {
      const [row] = await database.query<{ open: number }>(
        `select count(*) as open from gates where state = 'open'`,
      );
      open = row?.open ?? 0;
    }
    const seconds = (Date.now() - startMs) / 1000;
    const after = pssOf(await engine.pids());
    const answers: number[] = [];
    for (const { gateId } of (await approver.openGates()).slice(0, load.votes))
      answers.push((await approver.approve(gateId)).answerMs);
    return {
      gates: load.gates,
      gatesPerSecond: rounded(load.gates / seconds),
      pssMb: after,
      pssGrowthMb: { all: after.all - before.all, engine: after.engine - before.engine },
      votes: answers.length,
      voteMs: spread(answers),
    };
  } finally {
    await database.close();
    await approver.close();
  }
}
