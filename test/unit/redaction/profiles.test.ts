import { describe, expect, it } from 'vitest';
import type { RedactionPolicy } from '../../../redaction/policy.ts';
import { profiles, type ProfileName } from '../../../redaction/profiles.ts';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const under = (policy: RedactionPolicy, value: unknown): string =>
  JSON.stringify(redactor.redact(value, policy).value);
const as = (name: ProfileName, value: unknown): string => under(profiles[name], value);

const seen = {
  user: { name: 'jdoe' },
  SubjectUserName: 'jdoe',
  host: 'JANES-MBP',
  path: 'C:\\Users\\jdoe\\evil.exe',
  cmd: 'scp /home/jdoe/.ssh/id_rsa host',
  ip: '203.0.113.7',
  mac: '00:1b:44:11:3a:b7',
  log: 'Accepted password for jdoe from 203.0.113.7',
};

describe('the profile default', () => {
  it('keeps user names, hosts, paths and addresses: the very same object', () => {
    expect(redactor.redact(seen).value).toBe(seen);
  });
});

describe('the profile gdpr', () => {
  it('makes tokens of user names, hosts called after people and the segment of a home path', () => {
    const text = as('gdpr', seen);
    expect(text).not.toMatch(/jdoe|JANES/);
    expect(text).toMatch(/"host":"<personal-host:/);
    expect(text).toMatch(/C:\\\\Users\\\\<user-name:k1\.[a-z2-7]{26}>\\\\evil\.exe/);
    expect(text).toContain('203.0.113.7');
  });

  it('gives one token to one user, wherever the name stands', () => {
    const tokens = as('gdpr', seen).match(/<user-name:[^>]+>/g) ?? [];
    expect(tokens).toHaveLength(5);
    expect(new Set(tokens).size).toBe(1);
  });

  it('leaves accounts that are nobody', () => {
    const nobody = {
      user: 'root',
      SubjectUserName: 'DC01$',
      path: '/home/ubuntu/x',
      host: 'WEB-01',
    };
    expect(redactor.redact(nobody, profiles.gdpr).value).toBe(nobody);
  });
});

describe('the profile strict', () => {
  it('masks what is personal and where it was, and makes no token', () => {
    const { value, sealed } = redactor.redact(
      { ...seen, mail: 'jane@example.com', card: '4111 1111 1111 1111' },
      profiles.strict,
    );
    expect(JSON.stringify(value)).not.toMatch(/jdoe|JANES|203\.0|00:1b|jane@|4111|<[a-z]/);
    expect(sealed).toEqual([]);
  });
});

describe('the profile pci', () => {
  it('shows the end of a card number, four characters at most, and nothing of its code or track', () => {
    expect(as('pci', 'card 4111 1111 1111 1111 cvv 123')).toBe(
      '"card [redacted:payment-card:1111] cvv "',
    );
    expect(as('pci', '%B4111111111111111^DOE/JANE^2512101000000000?')).toBe('""');
  });
});

describe('the profile evidence', () => {
  it('keeps who and what was seen, and not the numbers of states and banks', () => {
    const text = as(
      'evidence',
      'jane@example.com paid bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4, SSN 536-90-4399',
    );
    expect(text).toMatch(
      /^"jane@example.com paid bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4, SSN <us-ssn:/,
    );
  });
});

describe('every profile', () => {
  it.each(Object.values<RedactionPolicy>(profiles))(
    '$name masks secrets and makes no token of one',
    (policy) => {
      const text = under(policy, { password: 'hunter2x', log: 'token=ghp_abcd password=s3cr3tpw' });
      expect(text).not.toMatch(/hunter2x|s3cr3tpw/);
      expect(text).not.toMatch(/<(?:password|token)/);
    },
  );

  it.each(Object.values<RedactionPolicy>(profiles))(
    '$name changes nothing that it has redacted already',
    (policy) => {
      const once = redactor.redact(
        { ...seen, mail: 'jane@example.com', card: '4111 1111 1111 1111' },
        policy,
      ).value;
      expect(redactor.redact(once, policy).value).toEqual(once);
    },
  );

  it('has a digest of its own, and it is on the report', () => {
    const digests = Object.values<RedactionPolicy>(profiles).map(
      (policy) => redactor.redact('x', policy).report.policyDigest,
    );
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe('a rule for a path', () => {
  const policy: RedactionPolicy = {
    name: 'paths',
    kinds: {},
    paths: [
      { path: '/request/body', action: 'mask' },
      { path: '/**/note', action: 'drop' },
      { path: '/customer/*/phone', action: 'partial' },
      { path: '/to', kind: 'email', action: 'keep' },
    ],
  };

  it('decides for the whole value, or for a kind in it', () => {
    expect(
      redactor.redact(
        {
          request: { body: 'anything', id: 'r1' },
          a: { b: { note: 'gone' } },
          customer: [{ phone: '+49 170 1234568' }],
          to: 'jane@example.com',
          cc: 'bob@example.com',
        },
        policy,
      ).value,
    ).toEqual({
      request: { body: '[redacted:field]', id: 'r1' },
      a: { b: { note: '' } },
      customer: [{ phone: '[redacted:field:568]' }],
      to: 'jane@example.com',
      cc: expect.stringMatching(/^<email:/),
    });
  });
});
