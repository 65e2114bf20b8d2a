import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endRecorded, readRecord, type ProcessRecord } from '../../server/process-record.ts';
import { isSettled, until } from '../../server/settle.ts';
import { openTestEmbedded, type TestEmbedded } from '../support/embedded.ts';
import { send } from '../support/leaky-story.ts';

const waiting = { signal: new AbortController().signal, limitMs: 60_000 };
let test: TestEmbedded;
let downFlag = '';
beforeAll(async () => {
  test = await openTestEmbedded({
    // Does not start while the file is there, so that down stays down.
    temporalCli: async (folder, cli) => {
      downFlag = join(folder, 'temporal-is-down');
      const script = join(folder, 'temporal');
      const lines = ['#!/bin/sh', `[ -e '${downFlag}' ] && exit 1`, `exec '${cli}' "$@"`, ''];
      await writeFile(script, lines.join('\n'), { mode: 0o755 });
      return script;
    },
  });
}, 60_000);
afterAll(() => test.remove());

const alertsOf = (turn: number): readonly Buffer[] =>
  Array.from({ length: 12 }, (_, at) => {
    const name = `${turn}-${at}`;
    const rule = { id: `R-${name}`, name: 'Disk nearly full' };
    const host = { name: `host-${name}` };
    return Buffer.from(JSON.stringify({ id: `a-${name}`, severity: 'low', rule, host }));
  });

async function count(sql: string): Promise<number> {
  const [row] = await test.embedded.core.db.query<{ n: number }>(sql);
  return row?.n ?? 0;
}

const temporalIs = (state: string): boolean =>
  test.embedded.statuses().some((each) => each.name === 'temporal' && each.state === state);

const recordPath = (): string => join(test.embedded.config.dataDir, 'run', 'temporal.json');

async function takeTemporalDown(): Promise<ProcessRecord | null> {
  const record = await readRecord(recordPath());
  await writeFile(downFlag, '');
  expect(await endRecorded(recordPath(), { signal: 'SIGKILL', graceMs: 5_000 })).toBe('ended');
  return record;
}

describe('with Temporal down', () => {
  it('intake answers 202, and every alert gets its one ticket when it is back', async () => {
    const { embedded } = test;
    const { db } = embedded.core;
    await send(embedded, 'generic', alertsOf(0)[0] ?? Buffer.alloc(0));
    expect(await until(() => isSettled(db), waiting)).toBe(true);

    const before = await takeTemporalDown();
    const statuses = [];
    for (const body of alertsOf(1)) statuses.push(await send(embedded, 'generic', body));
    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(await count('select count(*) as n from incidents')).toBe(13);
    expect(temporalIs('up')).toBe(false);
    // The dispatcher stamps ahead within its bound, and no further.
    expect(
      await count('select count(*) as n from batches where closed_at is null'),
    ).toBeLessThanOrEqual(8);

    await rm(downFlag);
    expect(await until(async () => temporalIs('up') && (await isSettled(db)), waiting)).toBe(true);
    expect((await readRecord(recordPath()))?.pid).not.toBe(before?.pid);
    expect(await count('select count(*) as n from board_tickets')).toBe(13);
    expect(await count('select count(distinct incident_id) as n from ticket_links')).toBe(13);
    expect(await count(`select count(*) as n from runs where status <> 'done'`)).toBe(0);
  });

  it('readyz says so, and says when it is over', async () => {
    const { embedded } = test;
    await takeTemporalDown();
    const ready = async (): Promise<number> => (await fetch(`${embedded.url}/readyz`)).status;
    expect(await until(async () => (await ready()) === 503, waiting)).toBe(true);
    expect((await fetch(`${embedded.url}/healthz`)).status).toBe(200);
    await rm(downFlag);
    expect(await until(async () => (await ready()) === 200, waiting)).toBe(true);
  });
});
