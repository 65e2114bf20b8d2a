import { describe, expect, test } from 'vitest';
import type { KeyRing } from '../../domain/key-ring.ts';
import { claimBatch } from '../../intake/claim.ts';
import { keepAlert } from '../../intake/keep-alert.ts';
import { parseBody } from '../../intake/normalise.ts';
import { createReplay } from '../../intake/replay.ts';
import { systemClock } from '../../platform/clock.ts';
import { createRedactor, type Redactor } from '../../redaction/redact.ts';
import { readJoining } from '../../store/joining.ts';
import { shippedPolicy } from '../support/correlate.ts';
import { runAllCatalog } from '../support/due-incidents.ts';
import { testIntake, testIntakeDeps, testTenant, type TestReceipt } from '../support/intake.ts';
import { useIntakeDatabase } from '../support/intake-database.ts';

const shared = useIntakeDatabase();
const one = { k1: new Uint8Array(32).fill(7) };
const two = { k2: new Uint8Array(32).fill(8) };
const soonMs = Date.now() + 3_600_000;
/** The ways of a ring through a rotation. */
const rings = {
  before: { current: 'k1', keys: one },
  knowingTheNext: { current: 'k1', keys: { ...one, ...two }, overlapUntilMs: { k2: soonMs } },
  rotated: { current: 'k2', keys: { ...one, ...two }, overlapUntilMs: { k1: soonMs } },
  after: { current: 'k2', keys: two },
} as const satisfies Record<string, KeyRing>;
const vaultKeys = { current: 'v1', keys: { v1: new Uint8Array(32).fill(9) } };
const redactorOf = (ring: keyof typeof rings): Redactor =>
  createRedactor({
    tokenKeys: rings[ring],
    vaultKeys,
    tenant: testTenant,
    nowMs: () => systemClock.nowMs(),
  });
const intakes = (ring: keyof typeof rings): ReturnType<typeof testIntake> =>
  testIntake(shared.postgres.db, { redactor: redactorOf(ring) });

/** A sign-in of a person whose name is a token. */
const person = 'dana@corp.example';
const signIn = (uuid: string, user = person, rule = 'rule-7'): unknown => ({
  '@timestamp': '2026-11-20T09:40:02.118Z',
  kibana: {
    alert: {
      uuid,
      severity: 'high',
      workflow_status: 'open',
      rule: { name: 'Impossible travel sign-in', uuid: rule, severity: 'high' },
    },
  },
  user: { name: user },
});
/** Named by the sender after a person, so that the id of the finding is made of a token too. */
const mailbox = (action: string, minute: number): unknown => ({
  action,
  alert: {
    alertId: 'a-1',
    alias: 'mailbox of dana@corp.example is full',
    message: 'Mailbox full',
    priority: 'P2',
    createdAt: `2026-11-20T10:0${minute}:00Z`,
  },
});

async function send(ring: keyof typeof rings, alert: unknown): Promise<TestReceipt> {
  const answer = await intakes(ring).post(JSON.stringify(alert));
  expect(answer.status).toBe(202);
  return answer.body;
}
const incidentOf = ({ findings }: TestReceipt): string => findings[0]?.incident ?? '';
const incidents = (): Promise<Record<string, unknown>[]> =>
  shared.postgres.db.query('select * from incidents order by number');
const close = (ago: string): Promise<unknown> =>
  shared.postgres.db.query(
    `update incidents set state = 'closed', due_at = null, changed_at = clock_timestamp() - $1::interval`,
    [ago],
  );
const entriesSaying = async (reason: string): Promise<readonly Record<string, unknown>[]> =>
  (
    await shared.postgres.db.query<{ body: string }>(
      "select body from audit_entries where type = 'incident.changed' and body::json->'data'->>'reason' like $1",
      [`%${reason}%`],
    )
  ).map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('an incident of a person', () => {
  test('takes alerts from before, during and after the overlap of token keys, with one run', async () => {
    const before = await send('before', signIn('s1'));
    const [old] = await incidents();
    const during = await send('rotated', signIn('s2'));
    const claimed = await claimBatch(
      {
        db: shared.postgres.db,
        clock: systemClock,
        tenant: testTenant,
        catalog: () => runAllCatalog,
      },
      'age',
    );
    const after = await send('after', signIn('s3'));
    expect(claimed?.runs).toHaveLength(1);
    expect([incidentOf(during), incidentOf(after)]).toEqual([
      incidentOf(before),
      incidentOf(before),
    ]);
    const rows = await incidents();
    expect(rows).toMatchObject([{ count: 3, revision: 3, joins: true }]);
    expect(rows[0]?.['correlation_key']).not.toBe(old?.['correlation_key']);
    expect(await entriesSaying('the token key was rotated')).toMatchObject([
      {
        incident: incidentOf(before),
        subject: during.findings[0]?.id,
        data: { keyBefore: old?.['correlation_key'], key: rows[0]?.['correlation_key'] },
      },
    ]);
  });

  test('says in its explanation that its key was renamed, and of what the key is now', async () => {
    const incident = incidentOf(await send('before', signIn('s1')));
    expect((await readJoining(shared.postgres.db, incident)).renamedAt).toBeNull();
    await send('rotated', signIn('s2'));
    const joining = await readJoining(shared.postgres.db, incident);
    expect(joining.renamedAt).toMatch(/^20\d\d-/);
    expect(joining.parts.join()).toMatch(/actor:user=<email:k2\./);
  });

  test('is another for another person, and after the overlap for one who was not heard of in it', async () => {
    await send('before', signIn('s1'));
    await send('rotated', signIn('s2', 'eve@corp.example'));
    await send('after', signIn('s3'));
    expect(await incidents()).toHaveLength(3);
  });

  test('that was closed a moment ago opens again, and is found once the old key is gone', async () => {
    await send('before', signIn('s1'));
    await close('1 minute');
    await send('rotated', signIn('s2'));
    expect(await incidents()).toMatchObject([{ state: 'new', count: 2, reopened: 1 }]);
    await close('1 minute');
    await send('after', signIn('s3'));
    expect(await incidents()).toMatchObject([{ state: 'new', count: 3, reopened: 2 }]);
  });

  test('that was closed long ago, or whose window passed, is the one that the next follows', async () => {
    const first = incidentOf(await send('before', signIn('s1')));
    await close('1 hour');
    const second = incidentOf(await send('rotated', signIn('s2')));
    expect((await readJoining(shared.postgres.db, first)).followedBy?.number).toBeDefined();
    await shared.postgres.db.query(
      "update incidents set last_seen = last_seen - interval '61 minutes' where id = $1",
      [second],
    );
    // Back to the older key, as when a rotation is taken back.
    await send('knowingTheNext', signIn('s3'));
    expect(await incidents()).toMatchObject([
      { state: 'closed' },
      { joins: false, follows: first, count: 1 },
      { joins: true, follows: second, count: 1 },
    ]);
  });

  test('hears of its all-clear by the other key, open or closed', async () => {
    const first = incidentOf(await send('before', mailbox('Create', 0)));
    await send('rotated', mailbox('Close', 1));
    expect(await incidents()).toMatchObject([{ count: 2, all_clear_at: expect.any(Date) }]);
    await shared.postgres.db.query('truncate incidents, findings, receipts cascade');
    await send('before', mailbox('Create', 0));
    await close('1 hour');
    const late = await send('rotated', mailbox('Close', 1));
    expect(incidentOf(late)).toBe(first);
    expect(await incidents()).toMatchObject([{ state: 'closed', count: 2 }]);
  });

  test('counts an alert once that is sent again in another body after the rotation', async () => {
    const first = await send('before', mailbox('Create', 0));
    const again = await send('rotated', { ...(mailbox('Create', 0) as object), resent: true });
    expect(again.receiptId).not.toBe(first.receiptId);
    expect(again.findings).toEqual(first.findings);
    expect(await incidents()).toMatchObject([{ count: 1 }]);
  });

  test('is one however many processes with either ring take its alerts at once', async () => {
    const [ahead, behind] = [intakes('rotated'), intakes('knowingTheNext')];
    const people = ['dana@corp.example', 'eve@corp.example', 'mallory@corp.example'];
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, at) =>
        (at % 2 === 0 ? ahead : behind).post(
          JSON.stringify(signIn(`s${at}`, people[at % people.length])),
        ),
      ),
    );
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(await incidents()).toMatchObject(people.map(() => ({ count: 30, state: 'new' })));
  });

  test('takes a body that was kept before the rotation and is read for the first time after it', async () => {
    const { db } = shared.postgres;
    await db.query('truncate alert_bodies cascade');
    const keeping = { originals: null };
    const unread = testIntake(db, { redactor: redactorOf('before'), keeping });
    await unread.post('words that no reader knew then');
    const read = Buffer.from(JSON.stringify(signIn('s0')));
    const { kept } = await keepAlert(keeping, redactorOf('before').session(), {
      source: 'test',
      raw: read,
      read: parseBody(read),
      receivedAtMs: 0,
    });
    await db.query('update alert_bodies set body = $1', [Buffer.from(kept.body)]);
    const incident = incidentOf(await send('before', signIn('s1')));
    await send('rotated', signIn('s2'));
    const deps = testIntakeDeps(db, { redactor: redactorOf('after') });
    const replay = createReplay({ ...deps, db, tokenKeyId: 'k2' });
    const order = {
      source: null,
      since: '2000-01-01T00:00:00Z',
      until: '2100-01-01T00:00:00Z',
      after: null,
      limit: 10,
      isRehearsal: false,
      person: 'alice',
    };
    expect(await replay(order)).toMatchObject({ filed: 1 });
    expect(await replay(order)).toMatchObject({ same: 1, filed: 0 });
    expect(
      await db.query('select count(*) as n from findings where incident_id = $1', [incident]),
    ).toEqual([{ n: 3 }]);
  });

  test('shares that person with an incident of another kind from before the rotation', async () => {
    const policy = { ...runAllCatalog.policy, cases: shippedPolicy().cases };
    const claim = (): Promise<unknown> =>
      claimBatch(
        {
          db: shared.postgres.db,
          clock: systemClock,
          tenant: testTenant,
          catalog: () => ({ ...runAllCatalog, policy }),
        },
        'age',
      );
    const first = incidentOf(await send('before', signIn('s1', person, 'rule-1')));
    await claim();
    const second = incidentOf(await send('rotated', signIn('s2', person, 'rule-2')));
    // Not claimed until the next has been, as when it waits for its turn.
    const waiting = incidentOf(await send('before', signIn('s3', person, 'rule-3')));
    await shared.postgres.db.query(
      "update incidents set due_at = now() + interval '1 h' where id = $1",
      [waiting],
    );
    await claim();
    await shared.postgres.db.query('update incidents set due_at = now() where id = $1', [waiting]);
    await claim();
    const { case: found } = await readJoining(shared.postgres.db, first);
    expect(found?.members.map(({ id }) => id).toSorted()).toEqual(
      [first, second, waiting].toSorted(),
    );
  });

  test('keeps its key while the ring has one', async () => {
    await send('before', signIn('s1'));
    await send('before', signIn('s2'));
    expect(await entriesSaying('rotated')).toEqual([]);
    expect(await incidents()).toMatchObject([{ count: 2, renamed_at: null }]);
    expect(redactorOf('before').session().olderNames().size).toBe(0);
  });
});
