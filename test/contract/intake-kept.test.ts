import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keepAlert, keptText, originalBinding } from '../../intake/keep-alert.ts';
import { parseBody } from '../../intake/normalise.ts';
import { createReplay, type ReplayOrder } from '../../intake/replay.ts';
import { systemClock } from '../../platform/clock.ts';
import type { SourceConfig } from '../../platform/source-config.ts';
import { unseal } from '../../redaction/seal.ts';
import { purgeKept, readSealedAlert } from '../../store/alert-bodies.ts';
import {
  falcoAlert,
  testIntake,
  testIntakeDeps,
  testRedactor,
  testTenant,
  testToken,
  type TestIntake,
} from '../support/intake.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const secretText = 'AKIAQ3EGRYXW5ZJ7M2KD';
const mail = 'dana.scully@corp.example';
const ring = { current: 'o1', keys: { o1: new Uint8Array(32).fill(9) } };
const keeping = {
  originals: { ring, hoursOf: (source: string) => (source === 'sealed' ? 24 : 0) },
};
const verify = { kind: 'bearer', secrets: [testToken] } as const;
const sources: Readonly<Record<string, SourceConfig>> = { test: { verify }, sealed: { verify } };

let postgres: TestPostgres;
let intake: TestIntake;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query(
    'truncate alert_bodies, alert_originals, receipts, rejects, ticket_links, incidents, findings, audit_entries, vault cascade',
  );
  intake = testIntake(postgres.db, { sources, keeping });
});

const rows = <Row extends object>(text: string): Promise<Row[]> => postgres.db.query<Row>(text);
const count = async (text: string): Promise<number> =>
  Number((await rows<{ n: number }>(text))[0]?.n);

async function send(source: string, body: string): Promise<string> {
  const answer = await intake.app.inject({
    method: 'POST',
    url: `/v1/alerts/${source}`,
    headers: { authorization: `Bearer ${testToken}` },
    payload: body,
  });
  expect(answer.statusCode).toBe(202);
  return answer.json<{ receiptId: string }>().receiptId;
}

const leaky = JSON.stringify(falcoAlert({ output: `key ${secretText} of ${mail}` }));

describe('an accepted body', () => {
  test('is kept without what redaction takes out, with its receipt', async () => {
    const receipt = await send('test', leaky);
    const [row] = await rows<{ receipt_id: string; body: Buffer }>(
      'select receipt_id, body from alert_bodies',
    );
    const text = (await keptText(row?.body ?? Buffer.alloc(0))).toString();
    expect(row?.receipt_id).toBe(receipt);
    expect(text).toContain('Terminal shell in container');
    expect([text.includes(secretText), text.includes(mail), /<email:k1\./.test(text)]).toEqual([
      false,
      false,
      true,
    ]);
  });
  test('that is no JSON is kept as text, redacted as well', async () => {
    await send('test', `free text with ${secretText}`);
    const [row] = await rows<{ body: Buffer }>('select body from alert_bodies');
    const text = (await keptText(row?.body ?? Buffer.alloc(0))).toString();
    expect([text.includes('free text'), text.includes(secretText)]).toEqual([true, false]);
  });
  test('that comes again is kept once', async () => {
    await send('test', leaky);
    await send('test', leaky);
    expect(await count('select count(*) as n from alert_bodies')).toBe(1);
  });
  test('is deleted after its days, with an entry', async () => {
    await send('test', leaky);
    const keep = { tenant: testTenant, alertsDays: 7 };
    await purgeKept(postgres.db, keep, systemClock);
    expect(await count('select count(*) as n from alert_bodies')).toBe(1);
    await rows("update alert_bodies set received_at = received_at - interval '8 days'");
    await purgeKept(postgres.db, keep, systemClock);
    expect(await count('select count(*) as n from alert_bodies')).toBe(0);
    const [entry] = await rows<{ body: string }>(
      "select body from audit_entries where type = 'retention.purged'",
    );
    expect(JSON.parse(entry?.body ?? '{}')).toMatchObject({ data: { alertBodies: 1 } });
  });
});

describe('an original', () => {
  test('is kept only of sources that ask for it, sealed, and opens to what came', async () => {
    const without = await send('test', leaky);
    const receipt = await send('sealed', leaky);
    expect(await readSealedAlert(postgres.db, testTenant, without)).toBeNull();
    const box = await readSealedAlert(postgres.db, testTenant, receipt);
    if (box === null) throw new Error('nothing is kept');
    expect(box.sealed.includes(secretText)).toBe(false);
    expect(unseal(ring, box, originalBinding('sealed')).toString()).toBe(leaky);
    expect(() => unseal(ring, box, originalBinding('test'))).toThrow(/cannot be opened/);
  });
  test('cannot be read, and is deleted, after its hours', async () => {
    const receipt = await send('sealed', leaky);
    await rows("update alert_originals set expires_at = clock_timestamp() - interval '1 second'");
    expect(await readSealedAlert(postgres.db, testTenant, receipt)).toBeNull();
    await purgeKept(postgres.db, { tenant: testTenant, alertsDays: 7 }, systemClock);
    expect(await count('select count(*) as n from alert_originals')).toBe(0);
  });
});

const order: ReplayOrder = {
  source: null,
  since: '2000-01-01T00:00:00Z',
  until: '2100-01-01T00:00:00Z',
  after: null,
  limit: 100,
  isRehearsal: false,
  person: 'alice',
};
/** A replay in which every alert is read as the readers of another day would. */
const replay = (over: Partial<ReplayOrder> = {}): ReturnType<ReturnType<typeof createReplay>> => {
  const deps = testIntakeDeps(postgres.db, { sources });
  return createReplay({ ...deps, db: postgres.db, tokenKeyId: 'k1' })({ ...order, ...over });
};
/** A body that no reader understood when it came, and that one understands today. */
async function sendUnread(): Promise<void> {
  await send('test', 'words that no reader knew then');
  const read = Buffer.from(leaky);
  const alert = { source: 'test', raw: read, read: parseBody(read), receivedAtMs: 0 };
  const { kept } = await keepAlert(keeping, testRedactor, alert);
  await postgres.db.query('update alert_bodies set body = $1', [Buffer.from(kept.body)]);
}
const giveTickets = (): Promise<unknown> =>
  rows(
    `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
     select id, tenant, id, 'board', '', id, 'http://x' from incidents`,
  );

describe('a replay', () => {
  test('by the same readers changes nothing', async () => {
    await send('test', leaky);
    await send('test', JSON.stringify([falcoAlert({ rule: 'a' }), falcoAlert({ rule: 'b' })]));
    await send('test', 'no form at all');
    const entries = await count('select count(*) as n from audit_entries');
    expect(await replay()).toMatchObject({ bodies: 3, same: 3, changed: 0, filed: 0, next: null });
    expect(await count('select count(*) as n from audit_entries')).toBe(entries);
    expect(await count('select count(*) as n from incidents')).toBe(4);
  });
  test('reads what had a ticket anew in its incident, and opens none', async () => {
    await sendUnread();
    await giveTickets();
    expect(await replay()).toMatchObject({ changed: 1, filed: 0 });
    const [incident, ...others] = await rows<{
      title: string;
      format: string;
      count: number;
      due_at: Date | null;
    }>('select * from incidents');
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ title: 'Terminal shell in container', format: 'falco' });
    expect([Number(incident?.count), incident?.due_at instanceof Date]).toEqual([1, true]);
    const [entry] = await rows<{ body: string }>(
      "select body from audit_entries where type = 'alert.replayed'",
    );
    expect(JSON.parse(entry?.body ?? '{}')).toMatchObject({
      actor: { kind: 'person', id: 'alice' },
      data: { format: 'falco' },
    });
    expect(await replay()).toMatchObject({ same: 1, changed: 0 });
  });
  test('files what led to nothing, once', async () => {
    await sendUnread();
    expect(await replay()).toMatchObject({ changed: 0, filed: 1 });
    const formats = await rows<{ format: string }>('select format from incidents order by number');
    expect(formats.map((row) => row.format)).toEqual(['unparsed', 'falco']);
    expect(await replay()).toMatchObject({ same: 1, filed: 0 });
    expect(await count('select count(*) as n from incidents')).toBe(2);
  });
  test('that is a rehearsal says what it would do and does nothing', async () => {
    await sendUnread();
    expect(await replay({ isRehearsal: true })).toMatchObject({ filed: 1 });
    await giveTickets();
    expect(await replay({ isRehearsal: true })).toMatchObject({ changed: 1 });
    expect(await count("select count(*) as n from findings where body->>'format' = 'falco'")).toBe(
      0,
    );
  });
  test('goes page by page and by source and time', async () => {
    for (const rule of ['a', 'b', 'c']) await send('test', JSON.stringify(falcoAlert({ rule })));
    await send('sealed', leaky);
    const first = await replay({ limit: 3 });
    expect(first).toMatchObject({ bodies: 3 });
    expect(await replay({ limit: 3, after: first.next })).toMatchObject({ bodies: 1, next: null });
    expect(await replay({ source: 'sealed' })).toMatchObject({ bodies: 1 });
    expect(await replay({ until: '2001-01-01T00:00:00Z' })).toMatchObject({ bodies: 0 });
  });
});
