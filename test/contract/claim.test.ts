import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimLimits } from '../../intake/claim.ts';
import { claimAndSettle, emptied, type ClaimAndSettle } from '../support/claim-and-settle.ts';
import { insertDue, repeatAlert } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
let at: ClaimAndSettle;
beforeAll(async () => {
  pg = await startTestPostgres();
  at = claimAndSettle(pg.db);
});
afterAll(() => pg.stop());
beforeEach(() => emptied(pg.db));

describe('the claim', () => {
  it('stamps what is due with its rule and plan, and leaves the rest', async () => {
    await insertDue(pg.db, 'inc_a');
    await insertDue(pg.db, 'inc_later', { dueInMs: 60_000 });
    const batch = await at.claimed();
    expect(batch.runs.map((run) => run.incidentId)).toEqual(['inc_a']);
    expect(await at.incident('inc_a')).toMatchObject({
      state: 'triage',
      batch_id: batch.id,
      trace: { rule: { id: 'grave' } },
    });
    expect((await at.incident('inc_later')).batch_id).toBeNull();
    expect(await at.claim()).toBeNull();
  });

  it('settles on the spot what the rules ignore, and says why', async () => {
    await insertDue(pg.db, 'inc_mild', { severity: 1 });
    expect((await at.claimed()).runs).toEqual([]);
    expect(await at.incident('inc_mild')).toMatchObject({
      state: 'ignored',
      batch_id: null,
      due_at: null,
    });
    const [entry] = await pg.db.query<{ body: string }>(
      `select body from audit_entries where type = 'triage.decided'`,
    );
    expect(JSON.parse(entry?.body ?? '{}')).toMatchObject({
      data: { decision: { kind: 'ignore', reason: 'mild' }, rule: { id: 'rest' } },
    });
  });

  it('takes the gravest first, and by age the oldest', async () => {
    await insertDue(pg.db, 'inc_old', { severity: 4, dueInMs: -60_000 });
    for (let index = 0; index < claimLimits.runs; index += 1)
      await insertDue(pg.db, `inc_grave_${index}`, { severity: 5 });
    const grave = await at.claimed('severity');
    expect(grave.runs).toHaveLength(claimLimits.runs);
    expect(grave.runs.some((run) => run.incidentId === 'inc_old')).toBe(false);
    expect((await at.claimed('age')).runs[0]?.incidentId).toBe('inc_old');
  });

  it('gives no incident to two dispatchers', async () => {
    const due = Array.from({ length: claimLimits.runs + 36 }, (_, index) => `inc_${index}`);
    await Promise.all(due.map((id) => insertDue(pg.db, id)));
    const batches = await Promise.all([at.claim(), at.claim(), at.claim()]);
    const ids = batches.flatMap((batch) => batch?.runs.map((run) => run.incidentId) ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(claimLimits.runs - 1);
  });

  it('starts what a person asked for, under their name', async () => {
    await insertDue(pg.db, 'inc_mild', {
      severity: 1,
      requests: [
        { playbook: 'sample', requester: 'erin', rehearsal: true, at: '2026-11-22T00:00:00Z' },
      ],
    });
    const [run] = (await at.claimed()).runs;
    expect(run).toMatchObject({ requester: 'erin', rehearsal: true });
    expect((await at.incident('inc_mild')).requests).toEqual([]);
  });

  it('decides anew about what it ignored, with each finding: a suppression may have ended', async () => {
    await insertDue(pg.db, 'inc_mild', { severity: 1 });
    await at.claimed();
    await repeatAlert(pg.db, 'inc_mild', 1);
    await pg.db.query(`update incidents set facts = jsonb_set(facts, '{finding,severityId}', '4')`);
    expect((await at.claimed()).runs.map((run) => run.plan.name)).toEqual(['sample']);
  });

  it('refuses a request for a playbook that nobody has, in the ledger', async () => {
    await insertDue(pg.db, 'inc_mild', {
      severity: 1,
      requests: [{ playbook: 'none', requester: 'erin', rehearsal: false, at: '' }],
    });
    await at.claimed();
    expect(await pg.db.query(`select outcome from audit_entries where type = 'run.ended'`)).toEqual(
      [{ outcome: 'refused' }],
    );
  });
});
