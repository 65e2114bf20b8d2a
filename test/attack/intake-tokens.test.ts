import { generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import { createVerifiers } from '../../intake/verify-sender.ts';
import { isSignedBy, readJws } from '../../intake/verify/jws.ts';
import type { TokenProof } from '../../platform/sender-proof.ts';
import { entraTokens, googleTokens } from '../../platform/token-issuers.ts';

const corpus = new URL('../../../shared/hostile/', import.meta.url);
const isHere = existsSync(corpus);

function lines<Shape>(name: string): readonly Shape[] {
  if (!isHere) return [];
  const text = readFileSync(new URL(name, corpus), 'utf8');
  // The corpus' own shapes, as its SOURCES.md describes them.
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Shape);
}

const decoded = (text: string): string => Buffer.from(text, 'base64').toString();

interface Context {
  readonly now: number;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly typ: string;
  readonly maxTokenAgeSeconds: number;
  readonly jwks: JsonObject;
}
interface Attack {
  readonly id: string;
  readonly t64: string;
  readonly expect: string;
}

const [first, ...attacks] = lines<Attack>('jwt-attacks.jsonl');

describe.skipIf(!isHere)('hostile tokens (needs ../shared/hostile)', () => {
  test.each(attacks)('$id: $expect', async (attack) => {
    const context = first as unknown as Context; // The first line is the context.
    const verify = createVerifiers({
      clock: { nowMs: () => context.now * 1000 },
      fetchText: async () => JSON.stringify(context.jwks),
    })({
      kind: 'oidc',
      issuers: [context.issuer],
      audiences: [context.audience],
      keysUrl: 'https://idp.example/keys',
      algorithms: context.algorithms,
      typ: context.typ,
      ageSecondsMax: context.maxTokenAgeSeconds,
      claims: [],
    });
    const verdict = await verify({
      headers: { authorization: `Bearer ${decoded(attack.t64)}` },
      body: Buffer.alloc(0),
      nowMs: context.now * 1000,
    });
    // Where leniency would do as well, we refuse, but for a content type of the payload, which says nothing.
    const isRight = attack.expect === 'accept' || attack.id === 'cty-nested';
    expect(verdict.ok).toBe(isRight);
  });
});

interface WycheproofGroup {
  readonly comment: string;
  readonly public?: Json;
  readonly private?: Json;
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly jws: string;
    readonly result: string;
  }[];
}

/** Upstream calls these valid although the key names another algorithm than the header: we hold keys to what they say. */
const keyNamesAnotherAlgorithm: readonly number[] = [346, 350, 351];

const groups = lines<{ readonly id: string; readonly g64: string }>('jws-wycheproof.jsonl').flatMap(
  ({ id, g64 }) => {
    const group = JSON.parse(decoded(g64)) as WycheproofGroup;
    return group.tests.map((item) => ({ ...item, id, key: group.public ?? group.private ?? null }));
  },
);

describe.skipIf(!isHere)('Wycheproof signatures (needs ../shared/hostile)', () => {
  test.each(groups)('$id $tcId $comment: $result', ({ tcId, jws, key, result }) => {
    const read = readJws(jws);
    expect(read !== null && isSignedBy(read, key)).toBe(
      result === 'valid' && !keyNamesAnotherAlgorithm.includes(tcId),
    );
  });
});

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keySet = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k-1' }] });

function token(claims: JsonObject, keyId = 'k-1'): string {
  const part = (value: JsonObject): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = nowMs / 1000;
  const all = { sub: 's', iat: seconds - 10, exp: seconds + 600, ...claims };
  const signed = `${part({ alg: 'RS256', kid: keyId, typ: 'JWT' })}.${part(all)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

let fetched: string[];
let timeMs: number;
let answer: () => Promise<string>;
let verifierOf: ReturnType<typeof createVerifiers>;
beforeEach(() => {
  fetched = [];
  timeMs = nowMs;
  answer = async () => keySet;
  verifierOf = createVerifiers({
    clock: { nowMs: () => timeMs },
    fetchText: (url) => {
      fetched.push(url);
      return answer();
    },
  });
});

const judge = async (proof: TokenProof, bearer: string): Promise<boolean> => {
  const headers = { authorization: `Bearer ${bearer}` };
  return (await verifierOf(proof)({ headers, body: Buffer.alloc(0), nowMs })).ok;
};

describe('a token of Google', () => {
  const proof = googleTokens({
    audience: 'https://soar.example/push',
    serviceAccounts: ['push@p.iam.gserviceaccount.com'],
  });
  const claims = {
    iss: 'https://accounts.google.com',
    aud: 'https://soar.example/push',
    email: 'push@p.iam.gserviceaccount.com',
    email_verified: true,
  };
  test('is accepted for the audience and the service account', async () => {
    expect(await judge(proof, token(claims))).toBe(true);
    expect(fetched).toEqual(['https://www.googleapis.com/oauth2/v3/certs']);
  });
  test.each([
    ['another audience', { aud: 'https://other.example' }],
    ['another account', { email: 'other@p.iam.gserviceaccount.com' }],
    ['an address that is not verified', { email_verified: false }],
    ['another issuer', { iss: 'https://accounts.example' }],
  ])('is refused with %s', async (_what, change) => {
    expect(await judge(proof, token({ ...claims, ...change }))).toBe(false);
  });
});

describe('a token of Entra', () => {
  const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
  const proof = entraTokens({ tenantId, audiences: ['api://soar'], applications: ['app-1'] });
  test.each([
    ['version 1', { iss: `https://sts.windows.net/${tenantId}/`, appid: 'app-1' }, true],
    [
      'version 2',
      { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, azp: 'app-1' },
      true,
    ],
    ['another application', { iss: `https://sts.windows.net/${tenantId}/`, appid: 'app-2' }, false],
    ['another directory', { iss: 'https://sts.windows.net/other/', appid: 'app-1' }, false],
  ])('of %s is judged by directory and application', async (_what, claims, isGood) => {
    expect(await judge(proof, token({ aud: 'api://soar', ...claims }))).toBe(isGood);
  });
});

describe('keys of an issuer', () => {
  const proof = googleTokens({ audience: 'a', serviceAccounts: ['e'] });
  const good = token({ iss: 'accounts.google.com', aud: 'a', email: 'e', email_verified: true });

  test('are fetched once, however many tokens come at once', async () => {
    await Promise.all([judge(proof, good), judge(proof, good), judge(proof, good)]);
    await judge(proof, good);
    expect(fetched).toHaveLength(1);
  });
  test('are not fetched anew for each unknown key id', async () => {
    for (let at = 0; at < 20; at += 1) expect(await judge(proof, token({}, `x-${at}`))).toBe(false);
    expect(fetched).toHaveLength(1);
  });
  test('are fetched anew when a new key id comes after a while', async () => {
    await judge(proof, token({}, 'k-2'));
    timeMs += 31_000;
    answer = async () => keySet.replace('k-1', 'k-2');
    const rotated = token(
      { iss: 'accounts.google.com', aud: 'a', email: 'e', email_verified: true },
      'k-2',
    );
    expect(await judge(proof, rotated)).toBe(true);
  });
  test('that cannot be renewed serve on for a day, then alerts must come again', async () => {
    await judge(proof, good);
    answer = () => Promise.reject(new Error('down'));
    timeMs += 23 * 3_600_000;
    expect(await judge(proof, good)).toBe(true);
    timeMs += 2 * 3_600_000;
    await expect(judge(proof, good)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });
  test('that are no key set do not replace those that are known', async () => {
    await judge(proof, good);
    timeMs += 700_000;
    answer = async () => '<html>';
    expect(await judge(proof, good)).toBe(true);
  });
});
