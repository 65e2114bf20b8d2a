import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testClock } from '../support/approvals.ts';
import { openedMs } from '../support/orders.ts';
import { peopleApi, type PeopleApi } from '../support/people-api.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let api: PeopleApi;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query('truncate audit_entries, vault cascade');
  api = peopleApi(postgres.db, testClock(openedMs));
});

const read = (as: string, id: string, reason: string): ReturnType<PeopleApi['call']> =>
  api.call(as, `POST /v1/receipts/${id}/original`, { reason });
interface Read {
  readonly actor: unknown;
  readonly subject: string;
  readonly data: { readonly reason: string };
}
const entries = async (): Promise<readonly Read[]> =>
  (
    await postgres.db.query<{ body: string }>(
      "select body from audit_entries where type = 'original.read'",
    )
  ).map(({ body }) => JSON.parse(body) as Read);

describe('the body of a delivery as it came', () => {
  test('is for administrators, and each reading is an entry with its reason, redacted', async () => {
    const answer = await read('root', 'rcp_kept', 'asked by dana.scully@corp.example');
    expect(answer.status).toBe(200);
    expect(Buffer.from(String(answer.body['body']), 'base64').toString()).toBe(
      '{"title":"as it came"}',
    );
    const [entry, ...more] = await entries();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ actor: { kind: 'person', id: 'root' }, subject: 'rcp_kept' });
    expect(entry?.data.reason).toMatch(/^asked by <email:/);
  });
  test('is not for others, and not without a reason', async () => {
    expect((await read('ann', 'rcp_kept', 'curious')).status).toBe(403);
    expect((await read('root', 'rcp_kept', ' ')).status).toBe(400);
    expect(await entries()).toEqual([]);
  });
  test('that is not kept leaves no entry', async () => {
    expect((await read('root', 'rcp_other', 'why')).status).toBe(404);
    expect(await entries()).toEqual([]);
  });
});

describe('a replay', () => {
  test('is for administrators, within a time', async () => {
    const order = { since: '2026-11-01T00:00:00Z', rehearse: true };
    expect(await api.call('root', 'POST /v1/intake/replay', order)).toMatchObject({
      status: 200,
      body: { bodies: 0 },
    });
    expect((await api.call('ann', 'POST /v1/intake/replay', order)).status).toBe(403);
    expect((await api.call('root', 'POST /v1/intake/replay', { since: 'last week' })).status).toBe(
      400,
    );
  });
});
