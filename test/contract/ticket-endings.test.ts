import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readTicketStates, ticketReadLimits } from '../../activities/read-ticket-states.ts';
import type { Connection } from '../../connectors/contract.ts';
import { allManifests, capabilityNamed } from '../../connectors/registry.ts';
import type { JsonObject } from '../../domain/json.ts';
import { sweepEndings } from '../../intake/ending-sweep.ts';
import { systemClock } from '../../platform/clock.ts';
import { createBoardStore } from '../../store/board.ts';
import { readStaying } from '../../store/staying.ts';
import { aConnection, openProduct, type ProductWorld } from '../support/connector-world.ts';
import { shippedPolicy } from '../support/correlate.ts';
import { insertDue, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
let world: ProductWorld;
let opened: ProductWorld | null = null;
beforeAll(async () => void (pg = await startTestPostgres()), 60_000);
afterAll(() => pg.stop());
afterEach(async () => {
  await opened?.close();
  opened = null;
});

const key = 'ticket-key-1';
const ticket = { externalKey: key, title: 'Malware', body: 'Text', priority: 'P1', team: 'soc' };
const policy = shippedPolicy();
const [firstRule] = policy.correlation;

/** An incident that is all clear, with a ticket in the system. */
async function overWith(connector: string): Promise<void> {
  world = await openProduct(connector === 'board' ? 'generic-http' : connector);
  opened = world;
  await pg.db.query(
    'truncate incidents, ticket_links, board_tickets, board_comments, audit_entries restart identity cascade',
  );
  await insertDue(pg.db, 'i1');
  await pg.db.query(
    "update incidents set state = 'handled', due_at = null, join_rule = 'r', all_clear_at = now() - interval '1 hour'",
  );
  const ctx = {
    ...world.ctx,
    tenant,
    connection: connectionOf(connector),
    ports: { board: createBoardStore(pg.db), deploys: null },
  };
  const made = await capabilityNamed(`${connector}.ticket.ensure`)?.call(ticket, ctx);
  await pg.db.query(
    `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
     values ($1, $2, 'i1', 'tickets', '', $3, '')`,
    [key, tenant, made?.['ticketId']],
  );
}

const connectionOf = (connector: string): Connection =>
  connector === 'board'
    ? aConnection({ connector, address: 'http://127.0.0.1/board' })
    : world.connection;

const sweep = (): Promise<number> => {
  if (firstRule === undefined) throw new Error('no rule');
  const correlation = [{ ...firstRule, id: 'r', clear: { by: 'event', afterMs: 1_000 } as const }];
  return sweepEndings({
    db: pg.db,
    clock: systemClock,
    tenant,
    policy: { ...policy, correlation, quiet: { deploys: null, staleMs: null } },
  });
};

const read = (connector: string, connection = connectionOf(connector)): Promise<number> =>
  readTicketStates(
    {
      db: pg.db,
      clock: systemClock,
      connections: new Map(
        connector === '' ? [] : [['tickets', { ...connection, name: 'tickets' }]],
      ),
      egress: world.egress,
      ports: { board: createBoardStore(pg.db), deploys: null },
      redact: (value) => value,
      count: () => undefined,
    },
    tenant,
  );

/** What the dispatcher does, then the ticket role, then the dispatcher again. */
const round = async (connector: string): Promise<number> => {
  expect(await sweep()).toBe(0);
  await read(connector);
  return sweep();
};

const later = (): Promise<unknown> => pg.db.query('update ticket_links set ask_after = now()');
const state = async (): Promise<unknown> =>
  (await pg.db.query<{ state: string }>('select state from incidents'))[0]?.state;
const entries = async (): Promise<readonly JsonObject[]> =>
  (
    await pg.db.query<{ body: string }>(
      "select body from audit_entries where type = 'ticket.read' order by inserted",
    )
  ).map(({ body }) => (JSON.parse(body) as { data: JsonObject }).data);

/** A person moves the ticket in its own system. */
const moves: Readonly<Record<string, (to: 'work' | 'done') => Promise<unknown>>> = {
  github: (to) =>
    send('/repos/corp/incidents/issues/1', {
      ...(to === 'work' ? { assignees: ['ann'] } : { state: 'closed' }),
    }),
  'generic-http': (to) => send('/tickets/1', { status: to === 'work' ? 'In Progress' : 'Done' }),
  board: (to) =>
    createBoardStore(pg.db).update(tenant, '1', {
      status: to === 'work' ? 'in-progress' : 'resolved',
    }),
};
async function send(path: string, body: JsonObject): Promise<void> {
  const response = await fetch(`${world.connection.address}${path}`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer fake-github-token' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
}

const systems = allManifests()
  .filter(({ capabilities }) => capabilities.some(({ name }) => name.endsWith('.ticket.ensure')))
  .map(({ name }) => name);

describe('a connector that makes tickets', () => {
  it.each(systems)('%s can read how far one is, where its credentials are and no more', (name) => {
    const manifest = capabilityNamed(`${name}.ticket.status`)?.manifest;
    expect(manifest).toMatchObject({ effect: 'read', privilege: 'ticket', reveals: [] });
    expect(Object.keys(moves)).toContain(name);
  });
});

describe.each(systems)('an incident that is over, with a ticket in %s', (connector) => {
  beforeEach(() => overWith(connector));

  it('is closed when the system says that nobody works on it', async () => {
    expect(await round(connector)).toBe(1);
    expect(await entries()).toMatchObject([{ from: null, to: 'open', keepsOpen: false }]);
  });

  it('stays open while the ticket is in progress, and says so', async () => {
    await moves[connector]?.('work');
    expect(await round(connector)).toBe(0);
    expect(await state()).toBe('handled');
    expect(await entries()).toMatchObject([
      { connection: 'tickets', to: 'in-progress', keepsOpen: true, why: '' },
    ]);
    expect(await readStaying(pg.db, 'i1')).toMatchObject({
      why: [],
      tickets: [{ state: 'in-progress', letsEnd: false }],
    });
  });

  it('is closed once the ticket is done', async () => {
    await moves[connector]?.('work');
    await round(connector);
    await moves[connector]?.('done');
    await later();
    expect(await round(connector)).toBe(1);
    expect((await entries()).map(({ to }) => to)).toEqual([
      'in-progress',
      connector === 'github' ? 'closed' : 'resolved',
    ]);
  });
});

describe('a ticket system that cannot be asked', () => {
  const staying = async (): Promise<string | undefined> =>
    (await readStaying(pg.db, 'i1'))?.tickets[0]?.why;

  it('keeps the incident open, says why once, and is asked ever less often', async () => {
    await overWith('github');
    await world.stopProduct();
    expect(await round('github')).toBe(0);
    await later();
    expect(await round('github')).toBe(0);
    expect(await staying()).toContain('VENDOR_UNAVAILABLE');
    expect((await entries()).map(({ to, keepsOpen }) => [to, keepsOpen])).toEqual([
      ['unknown', true],
    ]);
    const [row] = await pg.db.query<{ failures: number; wait: number }>(
      `select ask_failures as failures, extract(epoch from ask_after - clock_timestamp())::float8 as wait from ticket_links`,
    );
    expect(row?.failures).toBe(2);
    expect(row?.wait).toBeGreaterThan(60);
  });

  it('lets the incident end when it is back', async () => {
    await overWith('github');
    await world.fail({ mode: 'status', status: 503 });
    expect(await round('github')).toBe(0);
    await later();
    expect(await round('github')).toBe(1);
    expect((await entries()).map(({ from, to }) => [from, to])).toEqual([
      [null, 'unknown'],
      ['unknown', 'open'],
    ]);
  });

  it.each<[string, () => Promise<unknown>, string, string]>([
    [
      'refuses the credential',
      () => world.fail({ mode: 'status', status: 403 }),
      'generic-http',
      'VENDOR_DENIED',
    ],
    [
      'has no such ticket',
      () => pg.db.query("update ticket_links set external_id = '99'"),
      'generic-http',
      'TARGET_ABSENT',
    ],
    [
      'says a word that nobody knows',
      () => send('/tickets/1', { status: 'Zwischenablage' }),
      'generic-http',
      'Zwischenablage',
    ],
    ['is no longer configured', async () => undefined, '', 'there is no connection tickets'],
  ])('keeps it open where it %s', async (_how, make, as, why) => {
    await overWith('generic-http');
    await make();
    expect(await round(as)).toBe(0);
    expect(await staying()).toContain(why);
    expect(await state()).toBe('handled');
  });

  it('keeps it open where its connection does not say how to ask', async () => {
    await overWith('generic-http');
    const blind = { ...world.connection, options: { ticket: { path: '/tickets' } } };
    await sweep();
    await read('generic-http', blind);
    expect(await sweep()).toBe(0);
    expect(await staying()).toContain('options.ticket.status is missing');
  });
});

describe('tickets are asked for', () => {
  beforeEach(() => overWith('generic-http'));

  it('only where an ending depends on it', async () => {
    await pg.db.query('update incidents set assignee = $1', ['ann']);
    await sweep();
    expect(await read('generic-http')).toBe(0);
  });

  it('once for one answer, however often the sweep comes by', async () => {
    await moves['generic-http']?.('work');
    await round('generic-http');
    await sweep();
    expect(await read('generic-http')).toBe(0);
  });

  it('so many of a connection in a round, each by one process', async () => {
    await pg.db.query(
      `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
       select 'k' || n, $1, 'i1', 'tickets', '', '1', '' from generate_series(1, 60) n`,
      [tenant],
    );
    await sweep();
    const both = await Promise.all([read('generic-http'), read('generic-http')]);
    expect(both.reduce((sum, asked) => sum + asked, 0)).toBe(61);
    expect(Math.max(...both)).toBeLessThanOrEqual(ticketReadLimits.perRound);
  });

  it('no further in a round once their system is away', async () => {
    await pg.db.query(
      `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
       select 'k' || n, $1, 'i1', 'tickets', '', '1', '' from generate_series(1, 9) n`,
      [tenant],
    );
    await sweep();
    await world.fail({ mode: 'status', status: 429, retryAfter: '600', times: 100 });
    expect(await read('generic-http')).toBe(10);
    const { calls } = await world.holds();
    expect(calls['GET /tickets']).toBe(1);
    const rows = await pg.db.query<{ wait: number }>(
      'select extract(epoch from ask_after - clock_timestamp())::float8 as wait from ticket_links',
    );
    expect(Math.min(...rows.map(({ wait }) => wait))).toBeGreaterThan(500);
  });
});
