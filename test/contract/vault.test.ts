import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('does not open a row that was moved to another token', async () => {
    const [one, two] = [...sealedOf('one@example.com'), ...sealedOf('two@example.com')];
    if (one === undefined || two === undefined) throw new Error('no boxes');
    await keepOriginals(postgres.db, 'default', [{ ...one, sealed: two.sealed }]);
    await expect(
      openOriginal(postgres.db, ring, { tenant: 'default', token: one.token }),
    ).rejects.toMatchObject({ code: 'CREDENTIAL_REFUSED' });
  });
});
