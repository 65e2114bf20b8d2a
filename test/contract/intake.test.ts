import { gzipSync } from 'node:zlib';
import { shippedCorrelate } from '../support/correlate.ts';
import { describe, expect, test } from 'vitest';
import { useIntakeDatabase } from '../support/intake-database.ts';
import { intakeLimits } from '../../intake/limits.ts';
import { createManualFiler } from '../../intake/manual.ts';
import { systemClock } from '../../platform/clock.ts';
import { openDatabase } from '../../store/database.ts';
import { findIncident } from '../../store/incidents.ts';
import { listRejects, readReject } from '../../store/rejects.ts';
import { falcoAlert as falco, testIntake, testRedactor, testTenant } from '../support/intake.ts';

const shared = useIntakeDatabase();

const incidents = (): Promise<Record<string, unknown>[]> =>
  shared.postgres.db.query('select * from incidents order by number');
const one = async (text: string): Promise<number> =>
  Number((await shared.postgres.db.query<{ n: number }>(text))[0]?.n);

describe('a delivery', () => {
  test('is answered 202 once receipt, finding and incident are committed', async () => {
    const answer = await shared.intake.post(JSON.stringify(falco()));
    expect(answer.status).toBe(202);
    const [finding] = answer.body.findings;
    const [row] = await incidents();
    expect(row).toMatchObject({
      id: finding?.incident,
      state: 'new',
      count: 1,
      severity_id: 2,
      source: 'test',
      format: 'falco',
      revision: 1,
      lead_finding: finding?.id,
    });
    expect(row?.['due_at']).toBeInstanceOf(Date);
    const { facts } = await findIncident(
      shared.postgres.db,
      String(row?.['tenant']),
      String(row?.['id']),
    );
    expect(facts).toMatchObject({
      finding: { id: finding?.id, title: 'Terminal shell in container' },
    });
    const types = await shared.postgres.db.query<{ type: string }>(
      'select type from audit_entries order by inserted',
    );
    expect(types.map((entry) => entry.type)).toEqual([
      'alert.received',
      'finding.filed',
      'incident.changed',
    ]);
    expect(shared.intake.committed()).toBe(1);
  });

  test('that comes again gets the same receipt and counts nothing', async () => {
    const first = await shared.intake.post(JSON.stringify(falco()));
    const again = await shared.intake.post(JSON.stringify(falco()));
    expect(again.body).toEqual(first.body);
    expect(await one('select count from incidents'.replace('count', 'count as n'))).toBe(1);
    expect(await one('select count(*) as n from receipts')).toBe(1);
  });

  test('under a known id with another body is filed on its own and flagged', async () => {
    const first = await shared.intake.post(JSON.stringify(falco()), { 'x-delivery': 'd-1' });
    const other = JSON.stringify(falco({ time: '2026-11-20T10:05:00Z' }));
    const second = await shared.intake.post(other, { 'x-delivery': 'd-1' });
    const third = await shared.intake.post(other, { 'x-delivery': 'd-1' });
    expect(second.body.receiptId).not.toBe(first.body.receiptId);
    expect(third.body).toEqual(second.body);
    const flags = await shared.postgres.db.query<{ flags: string[] }>(
      'select flags from receipts order by committed_at',
    );
    expect(flags.map((row) => row.flags)).toEqual([[], ['id-reused']]);
    expect(await one('select count as n from incidents')).toBe(2);
  });

  test('with a finding that was seen in another one does not count it again', async () => {
    await shared.intake.post(JSON.stringify(falco()), { 'x-delivery': 'd-1' });
    const again = await shared.intake.post(JSON.stringify(falco()), { 'x-delivery': 'd-2' });
    expect(again.status).toBe(202);
    expect(await one('select count as n from incidents')).toBe(1);
    expect(await one('select count(*) as n from receipts')).toBe(2);
  });

  test('seven days later is a new one, whose known finding still counts once', async () => {
    await shared.intake.post(JSON.stringify(falco()));
    await shared.postgres.db.query(
      "update receipts set received_at = received_at - interval '8 days'",
    );
    const answer = await shared.intake.post(JSON.stringify(falco()));
    expect(answer.status).toBe(202);
    expect(await one('select count(*) as n from receipts')).toBe(1);
    expect(await one('select count as n from incidents')).toBe(1);
  });

  test('in gzip is read, and in a coding that we do not know is answered 415', async () => {
    const body = gzipSync(JSON.stringify(falco()));
    expect(
      (await shared.intake.post(body, { 'content-encoding': 'gzip' })).body.findings[0]?.kind,
    ).toBe('detection');
    const refused = await shared.intake.post(body, { 'content-encoding': 'br' });
    expect(refused).toMatchObject({ status: 415, body: { code: 'CODING_UNSUPPORTED' } });
  });

  test.each([
    ['no JSON', 'the disk is full'],
    ['nothing', ''],
    ['a number', '1'],
    ['an empty object', '{}'],
    ['a comment', '{"id":"a"/*x*/}'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['an opening bracket 100,000 times', '['.repeat(100_000)],
    ['21,000 keys', `{${Array.from({ length: 21_000 }, (_, at) => `"k${at}":1`).join(',')}}`],
    ['a gzip that ends too soon', gzipSync('x'.repeat(10_000)).subarray(0, 40)],
  ])('that holds %s is filed as unparsed with the verdict', async (_name, body) => {
    const answer = await shared.intake.post(body);
    expect(answer.status).toBe(202);
    expect(answer.body.findings).toMatchObject([{ kind: 'unparsed' }]);
    const [row] = await shared.postgres.db.query<{ body: { notes: string[] } }>(
      'select body from findings',
    );
    expect(row?.body.notes[0]).toMatch(/^[a-z0-9-]+/);
    expect(await one('select count(*) as n from incidents where due_at is not null')).toBe(1);
  });

  test('whose text PostgreSQL cannot hold is filed all the same', async () => {
    const answer = await shared.intake.post(
      '{"title":"nul \\u0000 and lone \\ud800 here","severity":"high"}',
    );
    expect(answer.status).toBe(202);
    const [row] = await shared.postgres.db.query<{ body: { notes: string[]; title: string } }>(
      'select body from findings',
    );
    expect(row?.body.title).toBe('nul \ufffd and lone \ufffd here');
    expect(row?.body.notes).toEqual(
      expect.arrayContaining(['nul-replaced', 'lone-surrogates-replaced']),
    );
  });
});

describe('a rejected delivery', () => {
  test.each([
    ['without a credential', { authorization: '' }, 'CREDENTIAL_MISSING'],
    ['with a wrong token', { authorization: 'Bearer nope' }, 'CREDENTIAL_REFUSED'],
  ])('%s leaves a record with a redacted head', async (_name, headers, code) => {
    const answer = await shared.intake.post('{"note":"mail dana@corp.example"}', headers);
    expect(answer).toMatchObject({ status: 401, body: { code } });
    await shared.intake.rejects.drained();
    const [row] = await shared.postgres.db.query<{ reason: string; head: string }>(
      'select reason, head from rejects',
    );
    expect(row?.reason).toBe(code);
    expect(row?.head).not.toContain('dana@corp.example');
    expect(await one("select count(*) as n from audit_entries where type = 'alert.rejected'")).toBe(
      1,
    );
  });

  test('is kept, redacted, as far as a person needs to see what was wrong with it', async () => {
    const body = `{"note":"mail dana@corp.example","rows":"${'row '.repeat(5_000)}"}`;
    await shared.intake.post(body, { authorization: 'Bearer nope' });
    await shared.intake.rejects.drained();
    const question = { tenant: testTenant, limit: 10, headChars: 100 };
    const [listed] = await listRejects(shared.postgres.db, question);
    expect(listed?.head).toHaveLength(100);
    const whole = await readReject(shared.postgres.db, testTenant, listed?.id ?? '');
    expect(whole.head).toHaveLength(intakeLimits.rejectViewChars);
    expect(whole.head).toContain('row row');
    expect(whole.head).not.toContain('dana@corp.example');
    await expect(readReject(shared.postgres.db, testTenant, 'rej_none')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('is kept by its beginning where many come in a minute', async () => {
    const body = 'x'.repeat(intakeLimits.rejectViewChars);
    const rejection = { reason: 'CREDENTIAL_REFUSED', detail: '', sender: '' } as const;
    const whole = intakeLimits.rejectViewCharsPerMinuteMax / intakeLimits.rejectViewChars;
    for (let at = 0; at < whole + 5; at += 1)
      shared.intake.rejects.record({ ...rejection, source: `s${at}`, body: Buffer.from(body) });
    await shared.intake.rejects.drained();
    expect(
      await shared.postgres.db.query(
        'select char_length(head) as chars, count(*)::int as n from rejects group by 1 order by 1',
      ),
    ).toEqual([
      { chars: intakeLimits.rejectHeadChars, n: 5 },
      { chars: intakeLimits.rejectViewChars, n: whole },
    ]);
  });

  test('to an unknown source is answered 404, one over the size 413', async () => {
    const unknown = await shared.intake.app.inject({
      method: 'POST',
      url: '/v1/alerts/nobody',
      payload: '{}',
    });
    expect(unknown.statusCode).toBe(404);
    const large = await shared.intake.post(new Uint8Array(1_048_577));
    expect(large).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    await shared.intake.rejects.drained();
    expect(await one('select count(*) as n from rejects')).toBe(2);
  });

  test('a thousand times in a minute writes thirty records', async () => {
    await Promise.all(
      Array.from({ length: 1_000 }, () =>
        shared.intake.post('{}', { authorization: 'Bearer nope' }),
      ),
    );
    await shared.intake.rejects.drained();
    expect(await one('select count(*) as n from rejects')).toBe(30);
  });
});

describe('a person’s report', () => {
  test('is an incident of its own, by that person, redacted as an alert is', async () => {
    const file = createManualFiler({
      correlate: shippedCorrelate,
      tenant: testTenant,
      redactor: testRedactor,
      inbox: shared.intake.inbox,
      clock: systemClock,
    });
    const report = {
      title: 'A mail asks for passwords',
      description: 'from eli@corp.example',
      severityId: 3,
      host: 'web-7',
      user: null,
      person: 'alice',
    } as const;
    const [first, second] = [await file(report), await file(report)];
    expect(first.incidentId).not.toBe(second.incidentId);
    const [row] = await incidents();
    expect(row).toMatchObject({
      id: first.incidentId,
      format: 'manual',
      source: 'manual',
      changed_by: 'person:alice',
    });
    expect(JSON.stringify(row)).not.toContain('eli@corp.example');
    const actors = await shared.postgres.db.query<{ actor: string }>(
      'select distinct actor from audit_entries',
    );
    expect(actors).toEqual([{ actor: 'person:alice' }]);
  });
});

describe('a store that is gone', () => {
  test('is answered 503 with Retry-After, nothing is acknowledged, and the operator hears of it', async () => {
    const gone = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const refused: unknown[] = [];
    const onRefused = (error: unknown): void => void refused.push(error);
    const answer = await testIntake(gone, { onRefused }).post(JSON.stringify(falco()));
    expect(refused).toMatchObject([{ code: 'STORE_UNAVAILABLE' }]);
    await gone.close();
    expect(answer).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });
    expect(answer.headers['retry-after']).toBe('2');
  });
});
