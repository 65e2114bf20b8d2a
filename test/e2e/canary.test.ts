import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listWatched } from '../../store/source-watch.ts';
import { openTestEmbedded, type TestEmbedded } from '../support/embedded.ts';

const waitMs = 180_000;
let engine: TestEmbedded;

beforeAll(async () => {
  engine = await openTestEmbedded({
    configure: (config) =>
      config.replace(
        /^ {2}falco:$/m,
        '  falco:\n    canary: { every: 1h, within: 5m, owner: platform }',
      ),
  });
}, waitMs);
afterAll(() => engine.remove(), 60_000);

describe('a canary of the whole engine', () => {
  it(
    'goes from its source, signed, to a ticket on the board, and its time is kept',
    async () => {
      const { db, config } = engine.embedded.core;
      await expect
        .poll(async () => (await listWatched(db, config.tenant))[0]?.canary_ms ?? null, {
          timeout: waitMs,
          interval: 500,
        })
        .toBeGreaterThan(0);
      const [ticket] = await db.query<{ title: string; team: string }>(
        'select title, team from board_tickets',
      );
      expect(ticket?.title).toContain('Canary of falco');
      expect(ticket?.team).toBe('platform');
    },
    waitMs,
  );
});
