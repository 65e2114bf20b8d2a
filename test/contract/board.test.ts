import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallContext } from '../../connectors/contract.ts';
import { capabilityNamed } from '../../connectors/registry.ts';
import type { JsonObject } from '../../domain/json.ts';
import { systemClock } from '../../platform/clock.ts';
import { createEgress } from '../../platform/http.ts';
import { createBoardStore } from '../../store/board.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { aConnection, aContext } from '../support/connector-world.ts';

let postgres: TestPostgres;
let ctx: CallContext;
const egress = createEgress({ clock: systemClock });
const ticket = {
  externalKey: 'k1',
  title: 'Malware',
  body: 'Text',
  priority: 'P1',
  team: 'soc',
  labels: ['a'],
};

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(async () => {
  await postgres.stop();
  await egress.close();
});
beforeEach(async () => {
  await postgres.db.query('truncate board_tickets, board_comments restart identity');
  const connection = aConnection({ connector: 'board', address: 'http://127.0.0.1:8080/board/' });
  ctx = {
    ...aContext(connection, egress),
    ports: { board: createBoardStore(postgres.db), deploys: null },
  };
});

async function perform(
  verb: string,
  input: JsonObject,
  as: CallContext = ctx,
): Promise<JsonObject | string> {
  const capability = capabilityNamed(`board.ticket.${verb}`);
  if (capability === null) throw new TypeError(verb);
  return capability.call(input, as).catch((error: { code?: string }) => String(error.code));
}
const settle = (verb: string, input: JsonObject): Promise<unknown> | undefined =>
  capabilityNamed(`board.ticket.${verb}`)?.settle(input, ctx);
const count = async (table: string): Promise<number> =>
  (await postgres.db.query<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n ?? -1;

describe('the ticket board', () => {
  it('makes one ticket of a key, however many ask at once', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => perform('ensure', ticket)));
    expect(await count('board_tickets')).toBe(1);
    expect(
      made.filter((answer) => typeof answer === 'object' && answer['created'] === true),
    ).toHaveLength(1);
    expect(
      new Set(made.map((answer) => (typeof answer === 'object' ? answer['url'] : answer))),
    ).toEqual(new Set(['http://127.0.0.1:8080/board/1']));
  });

  it('keeps tenants apart, with equal keys too', async () => {
    const other = { ...ctx, tenant: 'tenant-2' };
    await perform('ensure', ticket);
    expect(await perform('ensure', ticket, other)).toMatchObject({ ticketId: '2', created: true });
    for (const [verb, input] of [
      ['comment', { ticketId: '1', key: 'c', body: 'x' }],
      ['update', { ticketId: '1', title: 'x' }],
      ['transition', { ticketId: '1', status: 'closed' }],
    ] as const) {
      expect(await perform(verb, input, other)).toBe('TARGET_ABSENT');
    }
    expect(await perform('find', { externalKey: 'k1' })).toMatchObject({
      ticketId: '1',
      title: 'Malware',
      status: 'open',
    });
  });

  it('finds out what became of a lost answer', async () => {
    expect(await settle('ensure', ticket)).toEqual({ kind: 'absent' });
    await perform('ensure', ticket);
    expect(await settle('ensure', ticket)).toMatchObject({
      kind: 'done',
      output: { ticketId: '1' },
    });
    const comment = { ticketId: '1', key: 'c1', body: 'x' };
    expect(await settle('comment', comment)).toEqual({ kind: 'absent' });
    await perform('comment', comment);
    expect(await settle('comment', comment)).toMatchObject({ kind: 'done' });
    const closed = { ticketId: '1', status: 'closed' };
    expect(await settle('transition', closed)).toEqual({ kind: 'absent' });
    await perform('transition', closed);
    expect(await settle('transition', closed)).toMatchObject({ kind: 'done' });
  });

  it('takes a comment once for a key, however many bring it at once', async () => {
    await perform('ensure', ticket);
    const comment = { ticketId: '1', key: 'c1', body: 'again' };
    const taken = await Promise.all(Array.from({ length: 20 }, () => perform('comment', comment)));
    expect(await count('board_comments')).toBe(1);
    expect(
      new Set(taken.map((answer) => (typeof answer === 'object' ? answer['commentId'] : answer)))
        .size,
    ).toBe(1);
  });

  it('changes what is named and says whether that changed anything', async () => {
    await perform('ensure', ticket);
    expect(await perform('update', { ticketId: '1', priority: 'P3' })).toMatchObject({
      changed: true,
    });
    expect(await perform('update', { ticketId: '1', priority: 'P3' })).toMatchObject({
      changed: false,
    });
    expect(await perform('transition', { ticketId: '1', status: 'resolved' })).toMatchObject({
      changed: true,
    });
    expect(
      await postgres.db.query('select title, priority, team, labels, status from board_tickets'),
    ).toEqual([
      { title: 'Malware', priority: 'P3', team: 'soc', labels: ['a'], status: 'resolved' },
    ]);
  });

  it.each(['9', '0', '-1', '1e3', "1'; drop table board_tickets", '9'.repeat(30)])(
    'does not know a ticket %j',
    async (ticketId) => {
      expect(await perform('update', { ticketId, title: 'x' })).toBe('TARGET_ABSENT');
      expect(await perform('comment', { ticketId, key: 'c', body: 'x' })).toBe('TARGET_ABSENT');
    },
  );
});
