import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decideTriage } from '../../domain/rule.ts';
import { fileRequest, knownSources } from '../../intake/accept.ts';
import { watchSources } from '../../intake/source-watch.ts';
import type { SourceConfig } from '../../platform/source-config.ts';
import { factsOf, factsSql, type FactRow } from '../../store/incident-facts.ts';
import { listWatched, type WatchedSource } from '../../store/source-watch.ts';
import { testClock } from '../support/approvals.ts';
import { shippedPolicy } from '../support/correlate.ts';
import { falcoAlert, testIntakeDeps, testTenant as tenant } from '../support/intake.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => void (pg = await startTestPostgres()), 60_000);
afterAll(() => pg.stop());
beforeEach(() =>
  pg.db.query(
    'truncate receipts, incidents, findings, runs, ticket_links, source_watch, audit_entries, vault cascade',
  ),
);

const minute = 60_000;
const startMs = Date.parse('2026-11-20T10:00:00Z');
const verify = { kind: 'bearer', secrets: ['the-token-of-the-source'], retiring: [] } as const;

type Watched = ReturnType<typeof watched>;

function watched(over: Partial<SourceConfig>): {
  later(minutes: number): void;
  look(): Promise<void>;
  send(alert?: object): Promise<unknown>;
  row(): Promise<WatchedSource | undefined>;
} {
  const clock = testClock(startMs);
  const deps = testIntakeDeps(pg.db, { clock, sources: { falco: { verify, ...over } } });
  const deliver = async (name: string, body: Buffer): ReturnType<typeof fileRequest> => {
    const known = knownSources(deps).get(name);
    if (known === undefined) throw new Error('no source');
    return fileRequest(deps, known, { headers: {}, body, nowMs: clock.nowMs(), deliveryId: null });
  };
  let failed: unknown = null;
  return {
    later: (minutes) => clock.set(clock.nowMs() + minutes * minute),
    look: async () => {
      await watchSources({
        ...deps,
        db: pg.db,
        deliver,
        startedMs: startMs,
        log: (_problem, error) => void (failed = error),
      });
      expect(failed).toBeNull();
    },
    send: (alert = falcoAlert({ time: new Date(clock.nowMs()).toISOString() })) =>
      deliver('falco', Buffer.from(JSON.stringify(alert))),
    row: async () => (await listWatched(pg.db, tenant))[0],
  };
}

const incidents = (format: string): Promise<Record<string, unknown>[]> =>
  pg.db.query(
    'select title, state, count, severity_id, all_clear_at is not null as clear from incidents where format = $1 order by number',
    [format],
  );
const entries = (type: string): Promise<{ outcome: string }[]> =>
  pg.db.query('select outcome from audit_entries where type = $1 order by inserted', [type]);

describe('a source that states its cadence', () => {
  const cadence = { every: '1h', owner: 'platform' };

  it('opens an incident for its owner when it falls silent, once', async () => {
    const at = watched({ cadence });
    await at.look();
    await at.send();
    at.later(61);
    await at.look();
    at.later(5);
    await at.look();
    expect(await incidents('sallyport')).toMatchObject([
      { title: 'Source falco is silent', count: 1, severity_id: 4, clear: false },
    ]);
    expect(await entries('source.silent')).toEqual([{ outcome: 'opened' }]);
    const [row] = await pg.db.query<FactRow>(
      `select i.*, ${factsSql('i')} as facts from incidents i where format = 'sallyport'`,
    );
    if (row === undefined) throw new Error('no incident');
    const inForce = { policy: shippedPolicy(), policyDigest: 'd' };
    expect(decideTriage(inForce, factsOf(row), startMs)).toMatchObject({
      owner: { team: 'platform' },
      decision: { kind: 'run', playbook: 'plain-alert' },
    });
  });

  it('is silent too where it never said anything', async () => {
    const at = watched({ cadence });
    await at.look();
    at.later(61);
    await at.look();
    expect(await incidents('sallyport')).toHaveLength(1);
  });

  it('ends the incident when it speaks again', async () => {
    const at = watched({ cadence });
    await at.look();
    at.later(61);
    await at.look();
    await at.send();
    await at.look();
    expect(await incidents('sallyport')).toMatchObject([{ count: 2, clear: true }]);
    expect(await entries('source.silent')).toEqual([{ outcome: 'opened' }, { outcome: 'closed' }]);
    expect((await at.row())?.silent_since).toBeNull();
  });

  it('is not kept alive by its canaries', async () => {
    const at = watched({ cadence, canary: { every: '10m', within: '5m', owner: 'platform' } });
    for (let round = 0; round < 7; round += 1) {
      await at.look();
      at.later(10);
    }
    await at.look();
    expect(await incidents('sallyport')).toContainEqual(
      expect.objectContaining({ title: 'Source falco is silent' }),
    );
  });
});

describe('a canary', () => {
  const canary = { every: '1h', within: '5m', owner: 'platform' };

  /** What dispatcher and workflow do with the canary's incident. */
  async function ticketed(at: Watched): Promise<void> {
    await pg.db.query(
      `insert into runs (key, tenant, incident_id, ordinal, playbook, version, plan_digest, policy_digest, requester, purpose, status, host, workflow_id, state, started_at, ended_at)
       select 'run', tenant, id, 0, 'light-ticket', 1, 'd', 'd', 'r', 'triage', 'done', 'triage', 'w', '{}', clock_timestamp(), $1::timestamptz
         from incidents where format = 'canary'`,
      [new Date(startMs + 3_000)],
    );
    await pg.db.query(
      `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
       select 'k', tenant, id, 'tickets', '', '7', '' from incidents where format = 'canary'`,
    );
    await at.look();
  }

  it('goes out at its interval, to one incident, and measures its way to the ticket', async () => {
    const at = watched({ canary });
    await at.look();
    await at.look();
    expect(await incidents('canary')).toMatchObject([{ title: 'Canary of falco', count: 1 }]);
    await ticketed(at);
    expect(await at.row()).toMatchObject({ canary_ms: 3_000, canary_missed_at: null });
    at.later(60);
    await at.look();
    expect(await incidents('canary')).toMatchObject([{ count: 2 }]);
    expect(await entries('canary.travelled')).toEqual([{ outcome: 'done' }]);
  });

  it('that does not arrive in time opens an incident for the owner', async () => {
    const at = watched({ canary });
    await at.look();
    at.later(4);
    await at.look();
    expect(await incidents('sallyport')).toEqual([]);
    at.later(2);
    await at.look();
    await at.look();
    expect(await incidents('sallyport')).toMatchObject([
      { title: 'The canary of falco did not reach its ticket', count: 1, clear: false },
    ]);
    await ticketed(at);
    expect(await incidents('sallyport')).toMatchObject([{ count: 2, clear: true }]);
    expect(await entries('canary.travelled')).toEqual([{ outcome: 'failed' }, { outcome: 'done' }]);
  });

  it('makes a light ticket by the shipped rules', async () => {
    const at = watched({ canary });
    await at.look();
    const [row] = await pg.db.query<FactRow>(
      `select i.*, ${factsSql('i')} as facts from incidents i`,
    );
    if (row === undefined) throw new Error('no incident');
    const inForce = { policy: shippedPolicy(), policyDigest: 'd' };
    expect(decideTriage(inForce, factsOf(row), startMs)).toMatchObject({
      rule: { id: 'canary' },
      decision: { kind: 'ticket', form: 'light' },
      owner: { team: 'platform' },
    });
  });
});

describe('a source whose deliveries are complete reports', () => {
  it('counts each of them, also one that says the same as before', async () => {
    const at = watched({ completeReports: true });
    const same = falcoAlert();
    await at.send(same);
    at.later(60);
    await at.send(same);
    const rows = await pg.db.query<{ flags: string[]; findings: unknown[] }>(
      'select flags, findings from receipts order by received_at',
    );
    expect(rows.map((row) => [row.flags, row.findings.length])).toEqual([
      [['complete'], 1],
      [['complete'], 1],
    ]);
    expect(await incidents('falco')).toMatchObject([{ count: 1 }]);
  });
});
