import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLastLook } from '../../../redaction/last-look.ts';
import { allCredentialRules } from '../../../redaction/credential-rules.ts';
import { isObject } from '../../../domain/json.ts';
import { makeCanaries } from '../../support/canaries.ts';
import { lastPair, lastWord } from '../../../redaction/field-words.ts';
import { exampleOf } from '../../../redaction/rule-examples.ts';
import { aRedactor } from './a-redactor.ts';

const looks = createLastLook();
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const read = (bytes: Uint8Array | undefined): unknown =>
  JSON.parse(Buffer.from(bytes ?? []).toString());

/** Personal data, and names of keys that open nothing, are no matter of the last look. */
const personal = ['email', 'phone', 'payment-card', 'iban', 'us-ssn', 'aws-access-key-id'];
const secrets = makeCanaries('last-look').filter(({ kind }) => !personal.includes(kind));

/** Marks that keys of their own begin with, or that stand in them. */
const marks =
  /ghp_|glpat-|xoxb-|hooks\.slack|AKIA|AIza|eyJ|sk_live|sk-ant|private key|npm_|hvs\.|dop_v1|shpat|pypi-|age-secret/i;
const told = allCredentialRules.filter(
  (rule) =>
    rule.class === 'secret' &&
    rule.confidence === 'certain' &&
    rule.near === undefined &&
    rule.context === undefined &&
    rule.literals.some((literal) => marks.test(literal)),
);

const payloadsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(payloadsOf);
  if (!isObject(value)) return [];
  const { data, metadata } = value;
  return typeof data === 'string' && isObject(metadata)
    ? [Buffer.from(data, 'base64').toString()]
    : Object.values(value).flatMap(payloadsOf);
};

describe('the last look', () => {
  it.each(secrets)('thoroughly finds $kind', ({ secret, text }) => {
    const found = looks.thorough(json({ outcomes: [{ kind: 'ok', output: { note: text } }] }));
    expect(Buffer.from(found?.json ?? []).toString()).toMatch(/\[redacted:/);
    expect(Buffer.from(found?.json ?? []).includes(secret)).toBe(false);
    expect(JSON.stringify(found?.kinds)).not.toContain(secret);
  });

  it('thoroughly finds what only the name of a field tells', () => {
    expect(read(looks.thorough(json({ user: 'svc', password: 'plain words' }))?.json)).toEqual({
      user: 'svc',
      password: '[redacted:password]',
    });
  });

  it.each(told.map((rule) => [rule.id, rule] as const))(
    'finds %s by its mark behind any escape, and what is left is JSON',
    (_, rule) => {
      for (const positive of rule.positives ?? []) {
        const example = exampleOf(positive, rule.id);
        const value = { runs: [{ key: 'run_1', told: `a\n${example}\t"b" \\ \u0001c` }], end: 1 };
        const found = looks.quick(json(value));
        expect(found?.kinds.length, positive).toBeGreaterThan(0);
        expect(read(found?.json), positive).toMatchObject({ runs: [{ key: 'run_1' }], end: 1 });
        expect(Buffer.from(found?.json ?? []).includes('[redacted:'), positive).toBe(true);
      }
    },
  );

  it('says of a whole payload that no JSON is left of that nothing is left', () => {
    const key = exampleOf('gh' + 'p_{b62:36}', 'cut');
    expect(read(looks.quick(Buffer.from(`{"a":"${key}`))?.json)).toBe('[redacted:over-budget]');
  });

  const secretNames = (of: typeof lastWord): readonly string[] =>
    Object.keys(of).filter((name) => of[name]?.class === 'secret' && !partly.has(name));
  /** What a name tells of their value is left to the patterns. */
  const partly = new Set(['connection string', 'webhook url']);
  const camel = (words: string): string =>
    words.replaceAll(/ (.)/g, (_, first: string) => first.toUpperCase());
  const value = 'h7Gk2-plain words-Qz81';

  it.each([...secretNames(lastWord), ...secretNames(lastPair)])(
    'finds %s by its name in what came from outside, however it is written',
    (words) => {
      // Of other alphabets only thoroughly.
      if (/[^ -~]/.test(words)) return;
      const names = [words.replaceAll(' ', '_'), words.replaceAll(' ', '-'), camel(words)];
      for (const name of [...names, `db_${words.replaceAll(' ', '_')}`, `X-${names[1]}`]) {
        if (thoroughly({ facts: { deep: [{ [name]: value }] } }) === null) continue;
        const found = looks.quick(json({ runs: [{ facts: { deep: [{ [name]: value }] } }] }));
        expect(JSON.stringify(read(found?.json)), name).toMatch(
          /^\{"runs":\[\{"facts":.*redacted:/,
        );
        expect(looks.quick(json({ id: 'f1', incident: { [name]: value } })), name).not.toBeNull();
      }
    },
  );
  const thoroughly = (payload: unknown): unknown => looks.thorough(json(payload));

  it('finds numbers, lists and objects under such a name, and marks beside them', () => {
    const key = exampleOf('gh' + 'p_{b62:36}', 'beside');
    const facts = { a: { password: { web: 'x y' } }, password: ['one', 'two'], otp: 123_456, key };
    expect(read(looks.quick(json({ id: 'f', incident: facts }))?.json)).toEqual({
      id: 'f',
      incident: {
        a: { password: { web: '[redacted:password]' } },
        password: ['[redacted:password]', '[redacted:password]'],
        otp: '[redacted:otp]',
        key: '[redacted:github-token]',
      },
    });
  });

  it('leaves names in plans, calls and orders, whatever they stand for', () => {
    const call = { capability: 'idp.user.reset', input: { password: 'generate', otp: 'off' } };
    const plan = { steps: { reset: { call }, say: { text: { token: 'from the vault' } } } };
    const made = { plan, plans: { d: plan }, state: { pending: { c: { call } } }, order: call };
    expect(looks.quick(json(made))).toBeNull();
    const beside = looks.quick(json({ ...made, state: { facts: { password: 'x y' } } }));
    expect(read(beside?.json)).toEqual({
      ...made,
      state: { facts: { password: '[redacted:password]' } },
    });
  });

  it('leaves kinds that a policy in force keeps', () => {
    const kept = createLastLook(new Set(['otp']));
    const payload = json({ incident: { otp: '123456', note: 'calm' } });
    expect([kept.quick(payload), kept.thorough(payload)]).toEqual([null, null]);
    expect(read(kept.quick(json({ incident: { otp: '123456', password: 'x y' } }))?.json)).toEqual({
      incident: { otp: '123456', password: '[redacted:password]' },
    });
  });

  it('looks at all of what has more such names than are counted', () => {
    const list = Array.from({ length: 70_000 }, () => ({ password: '' }));
    const key = exampleOf('gh' + 'p_{b62:36}', 'after many');
    expect(Buffer.from(looks.quick(json({ list, key }))?.json ?? []).includes(key)).toBe(false);
  });

  it('leaves what was redacted before, byte for byte', () => {
    const said = makeCanaries('seen').map(({ text }) => text);
    const seen = json(aRedactor().redact({ said, list: said.map((text) => ({ text })) }).value);
    expect(looks.thorough(seen)).toBeNull();
    expect(looks.quick(seen)).toBeNull();
  });

  it('leaves personal data, ids, digests and signatures', () => {
    const made = json({
      incidentId: 'inc_abcdefghijklmnopqrstuvwx',
      orderDigest: '0f'.repeat(32),
      signature: Buffer.alloc(64, 173).toString('base64'),
      publicKey: Buffer.alloc(32, 91).toString('base64url'),
      nonce: '3f2b8c1e-5a6d-4e7f-8091-a2b3c4d5e6f7',
      note: 'ask jane@corp.example, card 4111 1111 1111 1111',
    });
    expect(looks.thorough(made)).toBeNull();
    expect(looks.quick(made)).toBeNull();
  });

  it('leaves every payload of the golden histories', () => {
    const folder = new URL('../../replay/histories/', import.meta.url);
    const payloads = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => payloadsOf(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))));
    expect(payloads.length).toBeGreaterThan(50);
    for (const payload of payloads) {
      expect(looks.quick(Buffer.from(payload))).toBeNull();
      expect(looks.thorough(Buffer.from(payload))).toBeNull();
    }
  });

  it('leaves what is no JSON to the seal', () => {
    expect(looks.thorough(Buffer.from([0xff, 0x00, 0x7b]))).toBeNull();
    expect(looks.quick(Buffer.from([0xff, 0x00, 0x7b]))).toBeNull();
  });
});
