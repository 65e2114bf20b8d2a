import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClearRule } from '../../domain/correlation.ts';
import { claimBatch, claimLimits } from '../../intake/claim.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Database } from '../../store/database.ts';
import { countDue } from '../../store/batches.ts';
import { countRecentEffects } from '../../store/effects.ts';
import { askTickets, findEndings } from '../../store/endings.ts';
import { purgeOld } from '../../store/retention.ts';
import { insertDue, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { rowsRead, rowsReadByQueries } from '../support/rows-read.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const handled = 3_000;
const cleared = 5;
const due = 20;
/** Of each table that is asked: a few times of what is cleared, and far from all that was ever handled. */
const rowsReadMax = 10 * cleared;
/** What is looked up of an incident that is claimed: its findings, runs, tickets. */
const rowsOfOne = 30;

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
  await insertDue(pg.db, 'first');
  await pg.db.query(
    "update incidents set state = 'handled', due_at = null, join_rule = 'r', last_seen = now()",
  );
  await pg.db.query(
    `insert into incidents overriding system value
     select (jsonb_populate_record(i, jsonb_build_object('id', 'i' || n, 'number', 1000 + n, 'correlation_key', 'k' || n))).*
       from incidents i cross join generate_series(1, ${handled}) n`,
  );
  await pg.db.query(
    `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
     select id, tenant, id, 'tickets', '', id, '' from incidents`,
  );
  await pg.db.query(
    `update incidents set all_clear_at = now() - interval '1 hour' where number between 1001 and ${1_000 + cleared}`,
  );
  await pg.db.query(
    `insert into effects (key, tenant, incident_id, run_key, step, capability, connection, target, order_digest, input_digest, state, fence, intended_at)
     select id, tenant, id, 'run', 'ticket', 'ticket.ensure', 'tickets', '', null, '', 'done', 1, now() - interval '1 day' from incidents`,
  );
  await pg.db.query(
    `insert into vault (token, tenant, kind, key_id, sealed) select id, tenant, 'email', 'k1', '' from incidents`,
  );
  await pg.db.query('analyze');
}, 60_000);
afterAll(() => pg.stop());

const clear: ClearRule = { by: 'event', afterMs: 1_000 };

describe('looking for what is over by its all-clear', () => {
  it.each([
    ['asks for tickets', askTickets],
    ['finds endings', findEndings],
  ] as const)(
    'reads what is clear, not all that was ever handled, where it %s',
    async (_what, ask) => {
      const read = await rowsRead(pg.db, (sql) => ask(sql, { tenant, rule: 'r', clear }));
      expect(read).toBeGreaterThanOrEqual(cleared);
      expect(read).toBeLessThan(rowsReadMax);
    },
  );
});

describe('looking for what nothing was heard of for long', () => {
  it.each([
    ['asks for tickets', askTickets],
    ['finds endings', findEndings],
  ] as const)('reads nothing where there is nothing, where it %s', async (_what, ask) => {
    const staleMs = 30 * 86_400_000;
    expect(await rowsRead(pg.db, (sql) => ask(sql, { tenant, staleMs }))).toBeLessThan(rowsReadMax);
  });
});

describe('looking for what is past its days', () => {
  it('reads nothing where there is nothing', async () => {
    const purge = (sql: Database): Promise<unknown> =>
      purgeOld(sql, { tenant, clock: systemClock, originalsDays: 365 });
    expect(await rowsRead(pg.db, purge)).toBeLessThan(rowsReadMax);
  });
});

describe('counting the recent effects of a connection', () => {
  it('reads those alone', async () => {
    const scope = { connection: 'tickets', capabilityLike: 'ticket.%', windowMs: 60_000 };
    const count = (sql: Database): Promise<number> => countRecentEffects(sql, scope);
    expect(await rowsRead(pg.db, count)).toBeLessThan(rowsReadMax);
  });
});

describe('claiming a batch', () => {
  it('reads what is due, not all tickets', async () => {
    const claim = (db: Database): Promise<unknown> =>
      claimBatch({ db, clock: systemClock, tenant, catalog: () => sampleCatalog }, 'severity');
    await pg.db.query(
      `update incidents set due_at = clock_timestamp() where number between 2001 and ${2_000 + due}`,
    );
    const read = await rowsReadByQueries(pg.db, claim);
    expect(read).toBeGreaterThanOrEqual(due);
    expect(read).toBeLessThan(20 * due);
  });

  describe('beside a storm that holds thousands', () => {
    beforeAll(async () => {
      await pg.db.query('update incidents set due_at = null, batch_id = null');
      await pg.db.query(
        `update incidents set storm = 'first', due_at = clock_timestamp() - interval '1 hour' where number between 1001 and 3900`,
      );
      await pg.db.query(
        `update incidents set due_at = clock_timestamp() where number between 3901 and ${3_900 + due}`,
      );
      await pg.db.query('vacuum analyze incidents');
    });

    it.each(['severity', 'age', 'critical'] as const)(
      'reads what it does not hold, for a claim by %s',
      async (order) => {
        const claim = (db: Database): Promise<unknown> =>
          claimBatch({ db, clock: systemClock, tenant, catalog: () => sampleCatalog }, order);
        expect(await rowsRead(pg.db, claim)).toBeLessThan(rowsOfOne * due);
      },
    );

    it('reads a batch of what it holds, for a claim of that', async () => {
      const claim = (db: Database): Promise<unknown> =>
        claimBatch({ db, clock: systemClock, tenant, catalog: () => sampleCatalog }, 'held');
      expect(await rowsRead(pg.db, claim)).toBeLessThan(rowsOfOne * claimLimits.heldRuns);
    });

    it('counts what it does not hold, and reads no more', async () => {
      const count = (db: Database): Promise<unknown> =>
        countDue(db, { tenant, max: claimLimits.runs, calm: true });
      expect(await rowsRead(pg.db, count)).toBeLessThan(2 * due);
    });
  });
});
