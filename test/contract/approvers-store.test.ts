import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addApprover, loadApprovers, revokeApprover } from '../../store/approvers.ts';
import { setSwitch, stoppedScopes } from '../../store/switches.ts';
import type { Court } from '../support/approvals.ts';
import { court } from '../support/approvals.ts';
import { aPerson, people } from '../support/orders.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestPostgres } from '../support/postgres.ts';

const { carol } = people('carol');
const by = { tenant: 'acme', actor: { kind: 'person', id: 'root' }, reason: 'test' } as const;
let postgres: TestPostgres;
let at: Court;

beforeAll(async () => void (postgres = await startTestPostgres()), 60_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query('truncate approvers, audit_entries, switches cascade');
  at = court(postgres.db);
  await at.register(carol);
});

describe('approvers', () => {
  const added = {
    ...by,
    id: 'frank',
    person: 'frank',
    kind: 'person',
    groups: ['responders'],
  } as const;

  it('keep their identity and their revoked keys', async () => {
    const frank = aPerson('frank');
    const change = { ...added, publicKeys: [frank.key.publicKey] };
    await postgres.db.transaction((tx) => addApprover(tx, change, at.clock));
    await expect(
      postgres.db.transaction((tx) => addApprover(tx, { ...change, person: 'mallory' }, at.clock)),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await postgres.db.transaction((tx) =>
      revokeApprover(tx, { ...by, id: 'frank', keyId: frank.key.keyId }, at.clock),
    );
    await postgres.db.transaction((tx) => addApprover(tx, change, at.clock));
    const found = (await loadApprovers(postgres.db, 'acme')).find((item) => item.id === 'frank');
    expect(found?.keys).toMatchObject([{ keyId: frank.key.keyId, revokedAt: expect.any(String) }]);
  });

  it('never share a key, and never come back after they were revoked', async () => {
    const taken = { ...added, publicKeys: [carol.key.publicKey] };
    await expect(
      postgres.db.transaction((tx) => addApprover(tx, taken, at.clock)),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await postgres.db.transaction((tx) => revokeApprover(tx, { ...by, id: 'carol' }, at.clock));
    const again = { ...added, id: 'carol', person: 'carol', publicKeys: [] };
    await expect(
      postgres.db.transaction((tx) => addApprover(tx, again, at.clock)),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('need real keys', async () => {
    await expect(
      postgres.db.transaction((tx) =>
        addApprover(tx, { ...added, publicKeys: ['AAAA'] }, at.clock),
      ),
    ).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('kill switches', () => {
  it('are on until they are turned off, and each turn is written once', async () => {
    const turn = (stopped: boolean): Promise<boolean> =>
      postgres.db.transaction((tx) =>
        setSwitch(
          tx,
          { tenant: 'acme', scope: 'connector:edr', stopped, reason: 'drill', actor: by.actor },
          at.clock,
        ),
      );
    expect([await turn(true), await turn(true)]).toEqual([true, false]);
    expect(await stoppedScopes(postgres.db)).toMatchObject([
      { scope: 'connector:edr', reason: 'drill', actor: 'root' },
    ]);
    await turn(false);
    expect(await stoppedScopes(postgres.db)).toEqual([]);
    expect(await at.entries('switch.changed')).toHaveLength(2);
  });
});
