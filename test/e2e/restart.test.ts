import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isRunning, killRecorded, readRecord } from '../../server/process-record.ts';
import type { ProcessRecord } from '../../server/process-record.ts';
import { locatePostgres } from '../../server/postgres-binaries.ts';
import { ownConfig } from '../support/embedded.ts';
import { askEngine, startEngineProcess } from '../support/engine-process.ts';
import type { EngineProcess } from '../support/engine-process.ts';
import { parseOpenMetrics } from '../support/open-metrics.ts';
import { temporalBinary } from '../support/temporal.ts';

const startLimitMs = 60_000;
const waiting = { timeout: 40_000, interval: 100 };
const stopLimitMs = 10_000;

let folder = '';
let dataDir = '';
let config = '';
let downFlag = '';
let environment: Readonly<Record<string, string>> = {};
let engine: EngineProcess;
let url = '';
let engineRecord: ProcessRecord;
const sent: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-restart-'));
  // Root's PostgreSQL has a user of its own, which must get to its data.
  await chmod(folder, 0o711);
  dataDir = join(folder, 'data');
  downFlag = join(folder, 'postgres-is-down');
  config = await ownConfig(folder);
  const bundle = process.env['SALLYPORT_WORKFLOW_BUNDLE'];
  environment = {
    HOME: folder,
    SALLYPORT_TEMPORAL_CLI: await temporalBinary(),
    SALLYPORT_POSTGRES_BIN: await postgresWithSwitch(),
    ...(bundle === undefined ? {} : { SALLYPORT_WORKFLOW_BUNDLE: bundle }),
  };
  await start();
}, startLimitMs);
afterAll(async () => {
  await engine?.stop();
  killRecorded(dataDir);
  await rm(folder, { recursive: true, force: true });
}, startLimitMs);

/** The real programs, but a server that does not start while the file is there, so that down stays down. */
async function postgresWithSwitch(): Promise<string> {
  const { initdb, postgres } = await locatePostgres(null);
  const home = await mkdtemp(join(folder, 'postgres-'));
  await chmod(home, 0o755);
  const bin = join(home, 'bin');
  await mkdir(bin, { mode: 0o755 });
  const script = (guard: string, program: string): string =>
    `#!/bin/sh\n${guard}\nexec '${program}' "$@"\n`;
  await writeFile(
    join(bin, 'postgres'),
    script(`[ "$1" = -D ] && [ -e '${downFlag}' ] && exit 1`, postgres),
    {
      mode: 0o755,
    },
  );
  await writeFile(join(bin, 'initdb'), script('', initdb), { mode: 0o755 });
  return bin;
}

async function start(): Promise<void> {
  engine = startEngineProcess({
    args: ['--no-samples', '--data', dataDir, '--config', config],
    environment,
    fromTerminal: true,
  });
  url = await engine.ready();
  engineRecord = await readOwner();
}

/** The lock names the engine itself, which runs below the bootstrap. */
async function readOwner(): Promise<ProcessRecord> {
  const [name = ''] = readdirSync(dataDir).filter((each) => /^lock\.\d+$/.test(each));
  const record = await readRecord(join(dataDir, name));
  if (record === null) throw new Error('nobody holds the lock');
  return record;
}

const serverNames = ['postgres', 'temporal', 'fakes'] as const;

async function serverRecords(): Promise<readonly ProcessRecord[]> {
  const records = await Promise.all(
    serverNames.map((name) => readRecord(join(dataDir, 'run', `${name}.json`))),
  );
  return records.filter((record) => record !== null);
}

/** By bearer token: the same body again is the same delivery. */
async function post(name: string): Promise<Response> {
  const body = JSON.stringify({
    id: name,
    time: '2026-01-02T03:04:05Z',
    severity: 'high',
    title: `Disk is full on ${name}`,
    host: { name },
    contact: 'jane.doe@example.com',
  });
  const token = (await readFile(join(dataDir, 'secrets', 'source-falco'), 'utf8')).trim();
  return fetch(`${url}/v1/alerts/falco`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
}

async function accept(name: string): Promise<void> {
  expect((await post(name)).status).toBe(202);
  sent.push(name);
}

/** Each alert that was sent has its incident, counted once, and its one ticket; and nothing else has. */
async function expectOneTicketEach(): Promise<void> {
  await vi.waitFor(async () => {
    const rows = await askEngine<{ name: string; tickets: number; count: number }>(
      dataDir,
      `select i.title as name, i.count::int, count(b.id)::int as tickets from incidents i
         left join board_tickets b on b.external_id in (select l.key from ticket_links l where l.incident_id = i.id)
           or b.id::text in (select l.external_id from ticket_links l where l.incident_id = i.id)
        group by i.id`,
    );
    const told = Object.fromEntries(
      rows.map(({ name, tickets, count }) => [
        name.replace('Disk is full on ', ''),
        [tickets, count],
      ]),
    );
    expect(told).toEqual(Object.fromEntries(sent.map((name) => [name, [1, 1]])));
    const [board] = await askEngine<{ n: number }>(
      dataDir,
      'select count(*)::int as n from board_tickets',
    );
    expect(board?.n).toBe(sent.length);
  }, waiting);
}

const readyStatus = async (): Promise<number> => (await fetch(`${url}/readyz`)).status;

/** The niceness of the engine's threads of JavaScript: the main one, and the workers by age. */
function nicenessOfThreads(): readonly number[] {
  const tasks = join('/proc', String(engineRecord.pid), 'task');
  const threads = readdirSync(tasks).filter((thread) =>
    /^(MainThread|WorkerThread)$/m.test(readFileSync(join(tasks, thread, 'comm'), 'utf8')),
  );
  return threads
    .map(Number)
    .toSorted((one, other) => one - other)
    .map(getPriority);
}

describe('an engine', () => {
  it.runIf(process.platform === 'linux' && getPriority() === 0)(
    'lets the thread that answers senders run before its own work and Temporal',
    async () => {
      const [main, intake, ...others] = nicenessOfThreads();
      expect({ main, intake }).toEqual({ main: 10, intake: 0 });
      expect(new Set(others)).toEqual(new Set([10]));
      const [postgres, temporal] = await serverRecords();
      expect(getPriority(postgres?.pid)).toBe(0);
      expect(getPriority(temporal?.pid)).toBe(10);
    },
  );

  it('turns an alert into a ticket, and counts what it did', async () => {
    await accept('first');
    await expectOneTicketEach();
    await vi.waitFor(async () => {
      const metrics = parseOpenMetrics(await (await fetch(`${url}/metrics`)).text());
      const outcome = (what: string, how: string): number | undefined =>
        metrics.value('sallyport_outcomes_total', { what, outcome: how });
      expect([outcome('alert', '202'), outcome('effect', 'done'), outcome('run', 'done')]).toEqual([
        1, 1, 1,
      ]);
      expect(metrics.value('sallyport_stage_seconds_count', { stage: 'ticketed' })).toBe(1);
      expect(metrics.value('sallyport_redactions_total', { kind: 'email' })).toBeGreaterThan(0);
      expect(metrics.value('sallyport_component_up', { component: 'postgres' })).toBe(1);
    }, waiting);
  });

  it('keeps a second one away from its data directory, and says who it is', async () => {
    const second = startEngineProcess({
      args: ['--no-samples', '--data', dataDir, '--config', config],
      environment,
    });
    const { code } = await second.ended;
    expect(code).not.toBe(0);
    expect(second.said()).toContain(
      `in use by process ${engineRecord.pid}; stop it, or choose another directory with --data`,
    );
    expect(await readyStatus()).toBe(200);
  });
});

describe('an engine whose PostgreSQL died', () => {
  it('answers 503 and when to come again, and takes the alert once it is back', async () => {
    await writeFile(downFlag, '');
    const record = await readRecord(join(dataDir, 'run', 'postgres.json'));
    process.kill(record?.pid ?? 0, 'SIGKILL');
    const refused = await vi.waitUntil(async () => {
      const answer = await post('second');
      return answer.status === 503 && answer;
    }, waiting);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    await vi.waitFor(async () => expect(await readyStatus()).toBe(503), waiting);
    await rm(downFlag);
    await vi.waitFor(() => accept('second'), waiting);
    await expectOneTicketEach();
    await vi.waitFor(async () => expect(await readyStatus()).toBe(200), waiting);
  });
});

describe('an engine that was killed', () => {
  const held: Server[] = [];
  afterAll(() => held.forEach((server) => server.close()));

  it('goes on at the next start, on free ports where its own are taken; nothing is lost, nothing twice', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `burst-${index}`);
    const left = await serverRecords();
    const [early, late] = [names.slice(0, 4), names.slice(4)];
    const unanswered = Promise.allSettled(late.map((name) => post(name)));
    await Promise.all(early.map(accept));
    process.kill(engineRecord.pid, 'SIGKILL');
    await Promise.all([engine.ended, unanswered]);
    expect(left).toHaveLength(serverNames.length);

    const taken = await Promise.all([0, 1, 2].map(holdPort));
    await useTakenPorts(taken);
    await start();
    expect(taken.map(String)).not.toContain(new URL(url).port);
    for (const record of left) expect(await isRunning(record)).toBe(false);
    // A sender that got no answer sends again; one that did does not.
    for (const name of late) await accept(name);
    await expectOneTicketEach();
    expect(await readyStatus()).toBe(200);
  });

  async function holdPort(): Promise<number> {
    const server = createServer();
    held.push(server);
    await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
    return (server.address() as AddressInfo).port;
  }

  async function useTakenPorts([api, frontend, ui]: readonly number[]): Promise<void> {
    const text = await readFile(config, 'utf8');
    const moved = text
      .replace('port: 0', `port: ${api}`)
      .replace(
        'temporal: { port: 0, uiPort: 0 }',
        `temporal: { port: ${frontend}, uiPort: ${ui} }`,
      );
    await writeFile(config, moved);
  }
});

describe('Ctrl-C', () => {
  it('which reaches a busy engine several times, stops it cleanly and leaves nothing behind', async () => {
    const records = [engineRecord, ...(await serverRecords())];
    expect(records).toHaveLength(1 + serverNames.length);
    await Promise.all(Array.from({ length: 20 }, (_, index) => accept(`leaving-${index}`)));
    const fromMs = performance.now();
    // The terminal to everyone, and npm once more to the bootstrap, which passes on what it gets.
    engine.signal('SIGINT', 'group');
    engine.signal('SIGINT');
    engine.signal('SIGINT', 'group');
    expect(await engine.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - fromMs).toBeLessThan(stopLimitMs);
    for (const record of records) expect(await isRunning(record)).toBe(false);
    expect(processesAbout(folder)).toEqual([]);
  });

  it('leaves a data directory with which the next start goes on', async () => {
    await start();
    await accept('after');
    await expectOneTicketEach();
  });
});

/** Command lines of live processes that name the folder. Only Linux can tell. */
function processesAbout(path: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandOf(pid))
    .filter((command) => command.includes(path));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
