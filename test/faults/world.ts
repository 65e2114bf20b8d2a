import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../platform/clock.ts';
import { freePort } from '../../server/free-port.ts';
import { killRecorded } from '../../server/process-record.ts';
import { until } from '../../server/settle.ts';
import { terminal } from '../support/terminal.ts';
import { makeAlert, planted, send, senderSecret, sendUntilAccepted } from './alerts.ts';
import type { Alert } from './alerts.ts';
import { createEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { hostName, openOutside } from './outside.ts';
import type { Outside } from './outside.ts';

/** An engine, what it acts on, and everything that was asked of it. */
export interface World {
  readonly dataDir: string;
  readonly engine: Engine;
  readonly outside: Outside;
  /** Every alert that was accepted, by its delivery id. */
  readonly accepted: ReadonlyMap<string, Alert>;
  /** Gates that people approved, and those that they had undone. */
  readonly approved: Set<string>;
  readonly undone: Set<string>;
  plain(count: number): Alert[];
  /** Always about the same host: one incident with a count. */
  repeated(): Alert;
  /** About a host of its own that a gate guards. */
  contained(): Alert;
  /** Once, whatever the answer; gives those that were not accepted. */
  offer(alerts: readonly Alert[]): Promise<Alert[]>;
  insist(alerts: readonly Alert[]): Promise<void>;
  /** Once, with its answer; what was not accepted is sent again by the next `insist`, as by any sender. */
  knock(alert: Alert): Promise<number | null>;
  /** `sallyport` as a person uses it; gives the exit code. */
  person(...words: readonly string[]): Promise<number>;
  /** Stops everything and removes its data; before that, `release` frees what holds them. */
  close(release?: () => void): Promise<void>;
  /** Stops everything and says where the data lies. */
  leave(): Promise<void>;
}

const hostsMax = 5_000;

export interface WorldOptions {
  /** Where the data lies; left out: a new folder. */
  readonly dataDir?: string;
  readonly before?: string;
  readonly config?: string;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sallyport-faults-')));
  const outside = await openOutside(hostsMax);
  const variables = {
    FAULTS_SECRET: senderSecret,
    FAULTS_DESK_URL: outside.deskUrl,
    FAULTS_EDR_URL: outside.edrUrl,
  };
  const engine = createEngine({ ...options, dataDir, port: await freePort(0), variables });
  const accepted = new Map<string, Alert>();
  const unsure: Alert[] = [];
  const numbers = { alert: 0, host: 0 };
  const nextId = (): string => `faults-${(numbers.alert += 1)}`;
  const leave = (): void => killRecorded(dataDir);
  process.once('exit', leave);
  return {
    dataDir,
    engine,
    outside,
    accepted,
    approved: new Set(),
    undone: new Set(),
    plain: (count) =>
      Array.from({ length: count }, () => {
        const id = nextId();
        return makeAlert(id, 'plain', `srv-${id}`);
      }),
    repeated: () => makeAlert(nextId(), 'plain', 'srv-again'),
    contained: () => makeAlert(nextId(), 'contain', hostName(numbers.host++)),
    offer: async (alerts) => {
      const answers = await Promise.all(alerts.map((alert) => send(engine.url, alert)));
      alerts.forEach((alert, index) => answers[index] === 202 && accepted.set(alert.id, alert));
      return alerts.filter((_, index) => answers[index] !== 202);
    },
    insist: async (alerts) => {
      const all = [...alerts, ...unsure.splice(0)];
      await Promise.all(all.map((alert) => sendUntilAccepted(engine.url, alert)));
      for (const alert of all) accepted.set(alert.id, alert);
    },
    knock: async (alert) => {
      const status = await send(engine.url, alert);
      if (status === 202) accepted.set(alert.id, alert);
      else unsure.push(alert);
      return status;
    },
    person: async (...words) => {
      const secret = planted.map((canary) => canary.text).join(' ');
      const reason = words.includes('verify')
        ? []
        : ['--reason', `seen it ${secret}`, '--data', dataDir];
      const { code } = await terminal({ clock: systemClock, workingDir: dataDir }).run(
        ...words,
        ...reason,
      );
      return code;
    },
    leave: async () => {
      await engine.stop();
      await outside.stop();
      process.stdout.write(`its data: ${dataDir}\n`);
    },
    close: async (release) => {
      await engine.stop();
      leave();
      process.removeListener('exit', leave);
      await outside.stop();
      release?.();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** True once it is so; false where the time was up. What cannot be asked yet is not so. */
export async function eventually(isSo: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  return until(() => isSo().catch(() => false), { signal: new AbortController().signal, limitMs });
}

/** True where the engine owes nobody anything: nothing is due or on its way, gates that nobody decided aside. */
export async function isAtRest(engine: Engine): Promise<boolean> {
  const [row] = await engine.query<{ busy: number }>(
    `select (select count(*) from incidents where batch_id is not null or due_at <= clock_timestamp())
          + (select count(*) from runs r where r.ended_at is null
               and not exists (select 1 from gates g where g.run_key = r.key and g.state = 'open'))
          + (select count(*) from effects where state in ('intended', 'unknown'))
          + (select count(*) from votes where delivered_at is null)
          + (select count(*) from warrants where used_at is null and void_reason is null) as busy`,
  );
  return row?.busy === 0;
}
