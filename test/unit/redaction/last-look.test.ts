import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLastLook } from '../../../redaction/last-look.ts';
import { allCredentialRules } from '../../../redaction/credential-rules.ts';
import { isObject } from '../../../domain/json.ts';
import { makeCanaries } from '../../support/canaries.ts';
import { exampleOf } from '../../support/rule-examples.ts';
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
        const found = looks.byShape(json(value));
        expect(found?.kinds.length, positive).toBeGreaterThan(0);
        expect(read(found?.json), positive).toMatchObject({ runs: [{ key: 'run_1' }], end: 1 });
        expect(Buffer.from(found?.json ?? []).includes('[redacted:'), positive).toBe(true);
      }
    },
  );

  it('says of a whole payload that no JSON is left of that nothing is left', () => {
    const key = exampleOf('gh' + 'p_{b62:36}', 'cut');
    expect(read(looks.byShape(Buffer.from(`{"a":"${key}`))?.json)).toBe('[redacted:over-budget]');
  });

  it('leaves what was redacted before, byte for byte', () => {
    const said = makeCanaries('seen').map(({ text }) => text);
    const seen = json(aRedactor().redact({ said, list: said.map((text) => ({ text })) }).value);
    expect(looks.thorough(seen)).toBeNull();
    expect(looks.byShape(seen)).toBeNull();
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
    expect(looks.byShape(made)).toBeNull();
  });

  it('leaves every payload of the golden histories', () => {
    const folder = new URL('../../replay/histories/', import.meta.url);
    const payloads = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => payloadsOf(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))));
    expect(payloads.length).toBeGreaterThan(50);
    for (const payload of payloads) {
      expect(looks.byShape(Buffer.from(payload))).toBeNull();
      expect(looks.thorough(Buffer.from(payload))).toBeNull();
    }
  });

  it('leaves what is no JSON to the seal', () => {
    expect(looks.thorough(Buffer.from([0xff, 0x00, 0x7b]))).toBeNull();
    expect(looks.byShape(Buffer.from([0xff, 0x00, 0x7b]))).toBeNull();
  });
});
