import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSenderVerifier } from '../../intake/verify-sender.ts';
import type { SentRequest } from '../../intake/verify/sent-request.ts';
import type { LocalProof } from '../../platform/sender-proof.ts';

const file = new URL('../../../shared/hostile/webhook-signatures.jsonl', import.meta.url);
const isHere = existsSync(file);

interface Step {
  readonly headers: Readonly<Record<string, string>>;
  readonly body64: string;
  readonly expect: string;
}

interface Case extends Step {
  readonly id: string;
  readonly scheme: string;
  readonly now?: number;
  readonly keys64: string;
  readonly steps?: readonly Step[];
}

const cases: readonly Case[] = isHere
  ? readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Case)
  : [];

/** Each scheme as a source would be configured for it. */
function proofOf(item: Case): LocalProof {
  const keys = JSON.parse(Buffer.from(item.keys64, 'base64').toString()) as {
    type: string;
    key: string;
  }[];
  const secrets = keys
    .filter((key) => key.type !== 'whpk')
    .map((key) => (key.type === 'whsec' ? `whsec_${key.key}` : key.key));
  if (item.scheme !== 'standard-webhooks')
    return { kind: 'product', product: item.scheme, secrets };
  const publicKeys = keys.filter((key) => key.type === 'whpk').map((key) => `whpk_${key.key}`);
  return { kind: 'standard-webhooks', secrets, publicKeys };
}

const request = (step: Step, now: number): SentRequest => ({
  headers: step.headers,
  body: Buffer.from(step.body64, 'base64'),
  nowMs: now * 1000,
});

describe.skipIf(!isHere)('hostile signatures (needs ../shared/hostile)', () => {
  test.each(cases.filter((item) => item.steps === undefined))('$id: $expect', (item) => {
    const verify = createSenderVerifier(proofOf(item));
    // Bodies that cannot be read are accepted here: signatures are judged over raw bytes, before reading.
    expect(verify(request(item, item.now ?? 0)).ok).toBe(item.expect !== 'reject');
  });

  test.each(cases.filter((item) => item.steps !== undefined))(
    '$id names the same delivery each time',
    (item) => {
      const verify = createSenderVerifier(proofOf(item));
      const verdicts = (item.steps ?? [])
        .filter((step) => step.expect !== 'reject')
        .map((step) => verify(request(step, item.now ?? 0)));
      expect(
        new Set(verdicts.map((verdict) => (verdict.ok ? verdict.deliveryId : 'refused'))).size,
      ).toBe(1);
    },
  );
});

describe('a source', () => {
  const body = Buffer.from('{}');
  const sent = (headers: Record<string, string>): SentRequest => ({ headers, body, nowMs: 0 });

  test('without a secret refuses everybody', () => {
    const proofs: readonly LocalProof[] = [
      { kind: 'bearer', secrets: [] },
      { kind: 'bearer', secrets: [''] },
      { kind: 'standard-webhooks', secrets: ['whsec_'] },
      {
        kind: 'hmac',
        header: 'x-s',
        algorithm: 'sha256',
        encoding: 'hex',
        toleranceSeconds: 300,
        secrets: [''],
      },
    ];
    const headers = {
      authorization: 'Bearer ',
      'x-s': 'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad',
      'webhook-id': 'a',
      'webhook-timestamp': '0',
      'webhook-signature': 'v1,AAAA',
    };
    for (const proof of proofs) expect(createSenderVerifier(proof)(sent(headers)).ok).toBe(false);
  });

  test('takes any of its secrets while they are rotated', () => {
    const verify = createSenderVerifier({
      kind: 'bearer',
      header: 'X-Api-Key',
      secrets: ['old', 'new'],
    });
    expect([
      verify(sent({ 'x-api-key': 'old' })).ok,
      verify(sent({ 'x-api-key': 'new' })).ok,
      verify(sent({ 'x-api-key': 'other' })).ok,
    ]).toEqual([true, true, false]);
  });

  test('tells a missing credential from a wrong one', () => {
    const verify = createSenderVerifier({ kind: 'bearer', secrets: ['s'] });
    expect(verify(sent({}))).toMatchObject({ code: 'CREDENTIAL_MISSING' });
    expect(verify(sent({ authorization: 'Bearer t' }))).toMatchObject({
      code: 'CREDENTIAL_REFUSED',
    });
  });

  test('may sign a timestamp in seconds or RFC 3339, which must be fresh and is part of what is signed', () => {
    const verify = createSenderVerifier({
      kind: 'hmac',
      header: 'x-s',
      algorithm: 'sha256',
      encoding: 'hex',
      timestampHeader: 'x-t',
      toleranceSeconds: 300,
      secrets: ['s'],
    });
    const nowMs = Date.parse('2026-11-20T10:00:00Z');
    const at = (time: string, signed = time): boolean =>
      verify({
        headers: {
          'x-t': time,
          'x-s': createHmac('sha256', 's').update(`${signed}.{}`).digest('hex'),
        },
        body,
        nowMs,
      }).ok;
    expect([
      at('2026-11-20T10:04:00Z'),
      at(String(nowMs / 1000)),
      at('2026-11-20T10:06:00Z'),
      at('soon'),
      at('2026-11-20T10:00:01Z', '2026-11-20T10:00:00Z'),
    ]).toEqual([true, true, false, false, false]);
  });
});

describe('a secret that is being replaced', () => {
  const endsMs = Date.parse('2026-12-01T00:00:00Z');
  const verify = createSenderVerifier({
    kind: 'bearer',
    secrets: ['new'],
    retiring: [{ secret: 'old', untilMs: endsMs }],
  });
  const good = (token: string, nowMs: number): boolean =>
    verify({ headers: { authorization: `Bearer ${token}` }, body: Buffer.alloc(0), nowMs }).ok;

  test('is accepted beside the new one until its end and not a moment longer', () => {
    expect([good('old', endsMs - 1), good('old', endsMs), good('new', endsMs)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
