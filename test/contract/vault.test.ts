import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { createRedactor } from '../../redaction/redact.ts';
import { purgeOld } from '../../store/retention.ts';
import { keepOriginals, openOriginal } from '../../store/vault.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { aKeyRing, aRedactor } from '../unit/redaction/a-redactor.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, 60_000);
afterAll(async () => {
  await postgres.stop();
});

const ring = aKeyRing(9, 'v1');
const sealedOf = (text: string): ReturnType<ReturnType<typeof aRedactor>['redact']>['sealed'] =>
  aRedactor().redactText(text).sealed;

describe('the vault', () => {
  it('keeps originals sealed and opens them for their tenant', async () => {
    const sealed = sealedOf('mail jane@example.com, call +49 170 1234567');
    await postgres.db.transaction((tx) => keepOriginals(tx, 'default', sealed));
    expect(
      await Promise.all(
        sealed.map(({ token }) => openOriginal(postgres.db, ring, { tenant: 'default', token })),
      ),
    ).toEqual(['jane@example.com', '+49 170 1234567']);
    const rows = await postgres.db.query<{ sealed: Buffer }>('select sealed from vault');
    expect(rows.some((row) => row.sealed.includes('jane'))).toBe(false);
  });

  it('keeps the first original of a token, and keeps nothing when there is nothing', async () => {
    await postgres.db.transaction((tx) =>
      keepOriginals(tx, 'default', sealedOf('Ann@example.com')),
    );
    await postgres.db.transaction((tx) =>
      keepOriginals(tx, 'default', sealedOf('ann@example.com')),
    );
    await postgres.db.transaction((tx) => keepOriginals(tx, 'default', []));
    const token = sealedOf('ann@example.com')[0]?.token ?? '';
    expect(await openOriginal(postgres.db, ring, { tenant: 'default', token })).toBe(
      'Ann@example.com',
    );
  });

  it('holds nothing for another tenant, an unknown token or an expired one', async () => {
    const [box] = sealedOf('eve@example.com');
    if (box === undefined) throw new Error('no box');
    await keepOriginals(postgres.db, 'default', [box]);
    await expect(
      openOriginal(postgres.db, ring, { tenant: 'other', token: box.token }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await postgres.db.query(
      `update vault set expires_at = clock_timestamp() - interval '1 second' where token = $1`,
      [box.token],
    );
    await expect(
      openOriginal(postgres.db, ring, { tenant: 'default', token: box.token }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('opens a token of an older key through the newer one while the keys overlap, not after', async () => {
    const keys = { k1: aKeyRing(7).keys['k1'] ?? new Uint8Array(), k2: new Uint8Array(32).fill(8) };
    const rotated = { current: 'k2', keys, overlapUntilMs: { k1: 1_000 } };
    const before = createRedactor({ tokenKeys: aKeyRing(7), vaultKeys: ring }).redactText(
      'old@example.com',
    ).text;
    const within = createRedactor({ tokenKeys: rotated, vaultKeys: ring, nowMs: () => 999 });
    const after = createRedactor({ tokenKeys: rotated, vaultKeys: ring, nowMs: () => 1_000 });
    const { text, sealed } = within.redactText('old@example.com');
    expect(text).toMatch(/^<email:k2\./);
    expect(sealed.map(({ older }) => older)).toEqual([[before]]);
    expect(after.redactText('old@example.com').sealed[0]?.older).toBeUndefined();
    await postgres.db.transaction((tx) => keepOriginals(tx, 'default', sealed));
    for (const token of [text, before])
      expect(await openOriginal(postgres.db, ring, { tenant: 'default', token })).toBe(
        'old@example.com',
      );
    await expect(
      openOriginal(postgres.db, ring, { tenant: 'other', token: before }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('forgets originals after their time, aliases with them, and opens none of a key that is gone', async () => {
    const sealed = sealedOf('gone@example.com');
    const [box] = sealed;
    if (box === undefined) throw new Error('no box');
    await keepOriginals(postgres.db, 'default', [{ ...box, older: ['<email:k0.a>'] }]);
    await expect(
      openOriginal(postgres.db, aKeyRing(3, 'v2'), { tenant: 'default', token: box.token }),
    ).rejects.toMatchObject({ code: 'CREDENTIAL_REFUSED' });
    await postgres.db.query(
      `update vault set created_at = clock_timestamp() - interval '31 days' where token = $1`,
      [box.token],
    );
    await purgeOld(postgres.db, { tenant: 'default', clock: systemClock, originalsDays: 30 });
    expect(await postgres.db.query('select 1 from vault where token = $1', [box.token])).toEqual(
      [],
    );
    expect(
      await postgres.db.query('select 1 from vault_aliases where token = $1', [box.token]),
    ).toEqual([]);
  });

  it('does not open a row that was moved to another token', async () => {
    const [one, two] = [...sealedOf('one@example.com'), ...sealedOf('two@example.com')];
    if (one === undefined || two === undefined) throw new Error('no boxes');
    await keepOriginals(postgres.db, 'default', [{ ...one, sealed: two.sealed }]);
    await expect(
      openOriginal(postgres.db, ring, { tenant: 'default', token: one.token }),
    ).rejects.toMatchObject({ code: 'CREDENTIAL_REFUSED' });
  });
});
