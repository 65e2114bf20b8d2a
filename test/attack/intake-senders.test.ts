import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSenderVerifier } from '../../intake/verify-sender.ts';
import { products } from '../../intake/verify/products.ts';
import type { SentRequest } from '../../intake/verify/sent-request.ts';
import type { LocalProof } from '../../platform/sender-proof.ts';
import { signDelivery } from '../../server/sign-delivery.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const clock = { nowMs: () => nowMs };
const body = Buffer.from('{"title":"t"}');

const lower = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function accepts(proof: LocalProof, change: Partial<SentRequest> = {}, secret?: string): boolean {
  const signer = secret === undefined ? proof : { ...proof, secrets: [secret] };
  const headers = lower(signDelivery({ verify: signer }, body, clock));
  return createSenderVerifier(proof)({ headers, body, nowMs, ...change }).ok;
}

describe.each(Object.keys(products))('a delivery of %s', (product) => {
  const proof: LocalProof = { kind: 'product', product, secrets: ['s-1', 's-2'] };

  test('is accepted as the product signs it, with either key', () => {
    expect([accepts(proof), accepts(proof, {}, 's-2')]).toEqual([true, true]);
  });
  test('is refused with another key', () => expect(accepts(proof, {}, 's-3')).toBe(false));
  test('is refused without its header', () => {
    expect(createSenderVerifier(proof)({ headers: {}, body, nowMs })).toMatchObject({
      code: 'CREDENTIAL_MISSING',
    });
  });
});

/** GitLab sends the token itself: nothing binds it to the body. */
const signed = Object.keys(products).filter((product) => product !== 'gitlab');
test.each(signed)('a delivery of %s is refused with one letter changed', (product) => {
  const proof: LocalProof = { kind: 'product', product, secrets: ['s-1'] };
  expect(accepts(proof, { body: Buffer.from('{"title":"T"}') })).toBe(false);
});

describe.each(['slack', 'stripe', 'grafana-with-time'])('a delivery of %s', (product) => {
  test('is refused when it is older or newer than the tolerance', () => {
    const proof: LocalProof = { kind: 'product', product, secrets: ['s'] };
    const at = (seconds: number): boolean => accepts(proof, { nowMs: nowMs + seconds * 1000 });
    expect([at(300), at(-300), at(301), at(-301)]).toEqual([true, true, false, false]);
  });
});

describe('several signatures in one header', () => {
  const pagerduty = (signatures: string): boolean =>
    createSenderVerifier({ kind: 'product', product: 'pagerduty', secrets: ['s'] })({
      headers: { 'x-pagerduty-signature': signatures },
      body,
      nowMs,
    }).ok;
  const [good = ''] = Object.values(
    signDelivery(
      { verify: { kind: 'product', product: 'pagerduty', secrets: ['s'] } },
      body,
      clock,
    ),
  );

  test('are accepted if one of them matches', () => {
    expect([pagerduty(`v1=00,${good}`), pagerduty(`${good}, v1=00`)]).toEqual([true, true]);
  });
  test('of another version are passed over', () =>
    expect(pagerduty(good.replace('v1=', 'v0='))).toBe(false));
  test('are refused beyond the bound, even with a good one', () =>
    expect(pagerduty(`${'v1=00,'.repeat(8)}${good}`)).toBe(false));
});

describe('two timestamps in one header', () => {
  test('are refused, whichever is signed', () => {
    const proof: LocalProof = { kind: 'product', product: 'stripe', secrets: ['s'] };
    const [good = ''] = Object.values(signDelivery({ verify: proof }, body, clock));
    const headers = { 'stripe-signature': `t=1,${good}` };
    expect(createSenderVerifier(proof)({ headers, body, nowMs }).ok).toBe(false);
  });
});

describe('Standard Webhooks with Ed25519 (v1a)', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const seconds = String(nowMs / 1000);
  const signature = sign(
    null,
    Buffer.concat([Buffer.from(`m-1.${seconds}.`), body]),
    privateKey,
  ).toString('base64');
  const judge = (
    signatures: string,
    publicKeys: readonly string[],
    sent: Uint8Array = body,
  ): boolean =>
    createSenderVerifier({ kind: 'standard-webhooks', secrets: [], publicKeys })({
      headers: {
        'webhook-id': 'm-1',
        'webhook-timestamp': seconds,
        'webhook-signature': signatures,
      },
      body: sent,
      nowMs,
    }).ok;
  const key = `whpk_${raw.toString('base64')}`;

  test('is accepted over these very bytes', () => {
    expect([
      judge(`v1a,${signature}`, [key]),
      judge(`v1,AAAA v1a,${signature}`, [key]),
      judge(`v1a,${signature}`, [key], Buffer.from('{}')),
    ]).toEqual([true, true, false]);
  });
  test('is refused as v1, with another spelling, with another key and with no key', () => {
    const other = `whpk_${Buffer.alloc(32, 7).toString('base64')}`;
    expect([
      judge(`v1,${signature}`, [key]),
      judge(`v1a,${signature.replace(/=+$/, '')}`, [key]),
      judge(`v1a,${signature}`, [other]),
      judge(`v1a,${signature}`, ['whpk_AAAA']),
      judge(`v1a,${signature}`, []),
    ]).toEqual([false, false, false, false, false]);
  });
});

describe('user and password', () => {
  const proof: LocalProof = { kind: 'basic', secrets: ['falco:pässword:2'] };
  const basic = (text: string | Uint8Array): boolean =>
    createSenderVerifier(proof)({
      headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
      body,
      nowMs,
    }).ok;

  test('are compared as a pair; the password may hold colons', () => {
    expect([basic('falco:pässword:2'), basic('falco:pässword'), basic('other:pässword:2')]).toEqual(
      [true, false, false],
    );
  });
  test('are refused without a colon, as broken UTF-8 and as a bearer token', () => {
    const headers = { authorization: 'Bearer falco:pässword:2' };
    expect([
      basic('falco'),
      basic(Buffer.from([0xff, 0x3a, 0xff])),
      createSenderVerifier(proof)({ headers, body, nowMs }).ok,
    ]).toEqual([false, false, false]);
  });
  test('never are a name alone', () => {
    const bare = createSenderVerifier({ kind: 'basic', secrets: [':p', 'p'] });
    const sent = (pair: string): boolean =>
      bare({
        headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
        body,
        nowMs,
      }).ok;
    expect([sent(':p'), sent('p')]).toEqual([false, false]);
  });
});

describe('a client certificate that a proxy checked', () => {
  const proof: LocalProof = {
    kind: 'client-certificate',
    secretHeader: 'X-Proxy-Secret',
    header: 'X-Client-DN',
    accepted: ['CN=siem,O=Corp'],
    secrets: ['proxy-secret'],
  };
  const sent = (headers: Record<string, string>): boolean =>
    createSenderVerifier(proof)({ headers, body, nowMs }).ok;

  test('is believed only with the secret of the proxy and letter by letter', () => {
    const dn = 'CN=siem,O=Corp';
    expect([
      sent({ 'x-proxy-secret': 'proxy-secret', 'x-client-dn': dn }),
      sent({ 'x-client-dn': dn }),
      sent({ 'x-proxy-secret': 'guess', 'x-client-dn': dn }),
      sent({ 'x-proxy-secret': 'proxy-secret', 'x-client-dn': 'CN=siem,O=Corp2' }),
      sent({ 'x-proxy-secret': 'proxy-secret', 'x-client-dn': `${dn}, ${dn}` }),
    ]).toEqual([true, false, false, false, false]);
  });
});
