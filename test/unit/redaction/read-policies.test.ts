import { describe, expect, it } from 'vitest';
import { SallyportError } from '../../../domain/errors.ts';
import { profiles } from '../../../redaction/profiles.ts';
import {
  readPolicies,
  type WrittenPolicies,
  type WrittenPolicy,
} from '../../../redaction/read-policies.ts';
import { aRedactor } from './a-redactor.ts';

const written = (over: Partial<WrittenPolicies> = {}): WrittenPolicies => ({
  policy: 'default',
  policies: {},
  sources: {},
  destinations: {},
  ...over,
});

function faultOf(policies: WrittenPolicies): string {
  try {
    readPolicies(policies);
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'CONFIG_INVALID') return error.message;
  }
  return 'none';
}

describe('policies as they are written', () => {
  it('are the usual one, one per source and one per destination', () => {
    const policies = readPolicies(
      written({ policy: 'gdpr', sources: { edr: 'evidence' }, destinations: { chat: 'strict' } }),
    );
    expect(policies.usual).toBe(profiles.gdpr);
    expect(policies.forSource('edr')).toBe(profiles.evidence);
    expect(policies.forSource('siem')).toBe(profiles.gdpr);
    expect(policies.forDestination('chat')).toBe(profiles.strict);
    expect(policies.forDestination('ticket')).toBeNull();
  });

  it('change the profile that they extend, and have a digest of their own', () => {
    const { usual } = readPolicies(
      written({
        policy: 'own',
        policies: {
          own: { extends: 'gdpr', kinds: { email: 'keep' }, families: { payment: 'mask' } },
        },
      }),
    );
    const redactor = aRedactor();
    const { value, report } = redactor.redact(
      { mail: 'jane@example.com', user: 'jdoe', pan: '4111 1111 1111 1111' },
      usual,
    );
    expect(value).toEqual({
      mail: 'jane@example.com',
      user: expect.stringMatching(/^<user-name:/),
      pan: '[redacted:payment-card]',
    });
    expect(report.policyDigest).not.toBe(redactor.redact({}, profiles.gdpr).report.policyDigest);
  });

  it.each<[string, WrittenPolicy, RegExp]>([
    [
      'a token for a secret',
      { extends: 'default', kinds: { password: 'token' } },
      /kinds\.password/,
    ],
    ['a part of a secret', { extends: 'default', kinds: { 'github-token': 'partial' } }, /github/],
    ['a kind that nothing finds', { extends: 'default', kinds: { shoe: 'mask' } }, /no kind shoe/],
    ['an unknown family', { extends: 'default', families: { feet: 'mask' } }, /families\.feet/],
    [
      'a path that is no pointer',
      { extends: 'default', paths: [{ path: 'a.b', action: 'mask' }] },
      /begins with/,
    ],
    [
      'a whole place kept',
      { extends: 'default', paths: [{ path: '/a', action: 'keep' }] },
      /needs a kind/,
    ],
  ])('are refused at load with the reason: %s', (_, own, reason) => {
    expect(faultOf(written({ policies: { own } }))).toMatch(reason);
  });

  it('say which secrets one of them for what comes in keeps', () => {
    expect(readPolicies(written()).keptSecrets.has('otp')).toBe(false);
    const kept = {
      extends: 'default',
      kinds: { otp: 'keep' },
      paths: [{ path: '/unmapped/key', kind: 'api-key', action: 'keep' }],
    } as const;
    const { keptSecrets } = readPolicies(written({ policies: { kept }, sources: { lab: 'kept' } }));
    expect([...keptSecrets].toSorted()).toEqual(['api-key', 'otp']);
  });

  it('are refused where a name is unknown, or a profile is written anew', () => {
    expect(faultOf(written({ policy: 'nope' }))).toMatch(/redaction\.policy: no policy nope/);
    expect(faultOf(written({ sources: { edr: 'nope' } }))).toMatch(/sources\.edr/);
    expect(faultOf(written({ policies: { gdpr: { extends: 'default' } } }))).toMatch(
      /policies\.gdpr/,
    );
  });
});
