import { describe, expect, it } from 'vitest';
import { aKeyRing, aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const clean = (value: unknown): unknown => redactor.redact(value).value;

describe('names of fields', () => {
  it.each([
    'password',
    'userPassword',
    'X-Api-Key',
    'db_pwd',
    'clientSecret',
    'AUTH_TOKEN',
    'DBPassword2',
    'zendesktoken',
    'private_key',
    'Cookie',
    'password_hash',
  ])('%s gives its value away whatever it looks like', (name) => {
    expect(JSON.stringify(clean({ [name]: 'plainword77' }))).not.toContain('plainword77');
  });

  it.each([
    'password_last_changed',
    'tokenized',
    'author',
    'keyboard',
    'token_count',
    'public_key_id',
    'next_token_page',
    'passed',
    'secretName',
    'authority',
    'monkey',
  ])('%s says nothing about its value', (name) => {
    expect(clean({ [name]: 'plainword77' })).toEqual({ [name]: 'plainword77' });
  });

  it('may stand in a sibling field', () => {
    expect(
      clean({
        env: [
          { name: 'DB_PASSWORD', value: 'abc' },
          { name: 'LANG', value: 'C' },
        ],
      }),
    ).toEqual({
      env: [
        { name: 'DB_PASSWORD', value: '[redacted:password]' },
        { name: 'LANG', value: 'C' },
      ],
    });
  });

  it('may stand before the value in an argument list', () => {
    expect(clean({ args: ['mysql', '--password', 'hunter2', '-h', 'db'] })).toEqual({
      args: ['mysql', '--password', '[redacted:password]', '-h', 'db'],
    });
  });

  it('hold whether the value is a number, and leave flags alone', () => {
    expect(clean({ password: 123456, password_set: true, has_token: false })).toEqual({
      password: '[redacted:password]',
      password_set: true,
      has_token: false,
    });
  });

  it('do not hide the data of a Kubernetes secret', () => {
    expect(clean({ kind: 'Secret', data: { user: 'YWRtaW4=' } })).toEqual({
      kind: 'Secret',
      data: { user: '[redacted:password]' },
    });
  });
});

describe('evidence', () => {
  it('stays as it is, the very same object', () => {
    const evidence = {
      md5: 'd41d8cd98f00b204e9800998ecf8427e',
      sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      uuid: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
      arn: 'arn:aws:iam::123456789012:role/Admin',
      sid: 'S-1-5-21-3623811015-3361044348-30300820-1013',
      ip: '203.0.113.7',
      v6: '2001:db8::1',
      mac: '00:1b:44:11:3a:b7',
      host: 'web-1.prod.example.com',
      url: 'https://host.example/path?page=2&sort=asc',
      path: '/etc/passwd',
      win: 'C:\\Users\\bob\\AppData\\x.exe',
      user: 'CORP\\bob',
      time: '2026-01-02T03:04:05.678901234Z',
      epoch: 1_767_323_045_678,
      flow_id: 1_234_567_890_123_456,
      agent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101',
      image:
        'registry.example/app@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      version: '1.2.3-rc.1+build.5',
      text: 'User bob failed to authenticate; token expired, password policy not met (3 attempts)',
      unit: 'user@1000.service',
      request: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    };
    expect(clean(evidence)).toBe(evidence);
  });

  it('around a secret stays: only the secret part goes', () => {
    expect(clean('psql postgres://app:s3cr3tpw@db.example:5432/app?sslmode=on')).toBe(
      'psql postgres://app:[redacted:url-password]@db.example:5432/app?sslmode=on',
    );
    expect(clean('curl -H "Authorization: Bearer abcdef1234567890" https://api.example/v1')).toBe(
      'curl -H "Authorization: Bearer [redacted:bearer-token]" https://api.example/v1',
    );
  });

  it.each([
    ['AGE-SECRET-KEY-1', 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE'],
    ['PrivateKey = ', 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk='],
  ])('after a key of one line that begins %s stays', (head, key) => {
    const found = clean(`${head}${key} was found on host web-1\nseen by agent 7`);
    expect(found).not.toContain(key);
    expect(found).toMatch(/\[redacted:[a-z-]+\] was found on host web-1\nseen by agent 7$/);
  });
});

describe('what the engine itself writes', () => {
  it('passes the activity border unchanged: ids, keys, digests, tokens, masks', () => {
    const digest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const own = {
      runKey: 'run_abcdefghijklmnop23456723',
      key: 'run_abcdefghijklmnop23456723',
      idempotencyKey: digest,
      correlationKey: digest,
      externalKey: 'inc_q2w3e4r5t6y7u2i3o4p5a6s7',
      effectKey: digest,
      orderDigest: digest,
      verifierKey: `sallyport.example+9d2a1b3c+${'AdQ1r7Z9xY2w'.repeat(3)}`,
      publicKey: 'mZ4zqv0l8tq3Yd1cE5rO2f9KpXwB7nVaUu6hJgTsLiM=',
      keyId: '0123456789abcdef',
      workflowId: 'respond/run_abcdefghijklmnop23456723',
      target: '<email:k1.aaaaaaaaaaaaaaaaaaaaaaaaaa>',
      note: 'password=[redacted:password]',
      stepNo: 3,
      idempotency: { key: digest },
    };
    expect(clean(own)).toBe(own);
  });
});

describe('structure', () => {
  it('of JSON inside a string stays parseable', () => {
    const { value } = redactor.redact({ raw: '{"user":"bob","password":"hunter2","list":[1,2]}' });
    expect(value).toEqual({ raw: '{"user":"bob","password":"[redacted:password]","list":[1,2]}' });
  });

  it('survives a field named __proto__ and fields that become equal', () => {
    const given: unknown = JSON.parse(
      '{"__proto__":{"password":"x1"},"password=aaaa1111":1,"password=bbbb2222":2}',
    );
    const { value } = redactor.redact(given);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe(
      '{"__proto__":{"password":"[redacted:password]"},"password=[redacted:password]":1,"password=[redacted:password]#2":2}',
    );
  });

  it('of what will be serialised counts: toJSON, instances and big integers', () => {
    const given = {
      a: { toJSON: () => ({ password: 'hunter2' }) },
      when: new Date(0),
      url: new URL('https://u:p4ssw0rd@h.example/'),
      n: 12n,
    };
    expect(clean(given)).toEqual({
      a: { password: '[redacted:password]' },
      when: '1970-01-01T00:00:00.000Z',
      url: 'https://u:[redacted:url-password]@h.example/',
      n: '12',
    });
  });

  it('keeps a card number that came as a number out, and an identifier of the same shape in', () => {
    expect(JSON.stringify(clean({ pan: 4_111_111_111_111_111 }))).toContain('<payment-card:');
    expect(clean({ flow_id: 4_111_111_111_111_111 })).toEqual({ flow_id: 4_111_111_111_111_111 });
  });
});

describe('tokens', () => {
  const tokenOf = (text: string, over = aRedactor()): string => over.redactText(text).text;

  it('are equal for one address however it is written, and differ between kinds, tenants and keys', () => {
    expect(tokenOf('jane@example.com')).toBe(tokenOf('Jane@Example.COM'));
    expect(tokenOf('jane@example.com')).not.toBe(tokenOf('jane2@example.com'));
    expect(tokenOf('jane@example.com')).not.toBe(
      tokenOf('jane@example.com', aRedactor({ tenant: 'other' })),
    );
    expect(tokenOf('jane@example.com')).not.toBe(
      tokenOf('jane@example.com', aRedactor({ tokenKeys: aKeyRing(8) })),
    );
    expect(tokenOf('jane@example.com')).toMatch(/^<email:k1\.[a-z2-7]{26}>$/);
  });

  it('are made for personal data, never for secrets, whatever the policy says', () => {
    const { report, sealed } = redactor.redact(
      { password: 'hunter2', to: 'jane@example.com' },
      { name: 'odd', kinds: { password: 'token' } },
    );
    expect(report.replacements.map(({ kind, action }) => [kind, action])).toEqual([
      ['password', 'mask'],
      ['email', 'token'],
    ]);
    expect(sealed.map(({ kind }) => kind)).toEqual(['email']);
  });

  it('leave a kind that policy keeps', () => {
    expect(
      redactor.redact('jane@example.com', { name: 'open', kinds: { email: 'keep' } }).value,
    ).toBe('jane@example.com');
  });
});

describe('bounds', () => {
  it.each([
    ['leaf', 'a'.repeat(1_048_577)],
    ['nodes', Array.from({ length: 20_001 }, (_, at) => `v${at}`)],
    ['depth', Array.from({ length: 70 }).reduce<unknown>((inner) => [inner], 'deep')],
  ])('%s: what lies beyond is masked and the report says so', (bound, value) => {
    const redacted = redactor.redact(value);
    expect(redacted.report.bounds.map((crossed) => crossed.bound)).toContain(bound);
    expect(JSON.stringify(redacted.value)).toContain('[redacted:over-budget]');
  });

  it('an object that throws when it is read is masked', () => {
    const hostile = {
      get boom(): string {
        throw new Error('jane@example.com');
      },
    };
    expect(redactor.redact({ a: hostile }).value).toBe('[redacted:error]');
    expect(
      redactor.redact(
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
      ).value,
    ).toBe('[redacted:error]');
  });

  it('a circle ends', () => {
    const circle: Record<string, unknown> = { password: 'hunter2' };
    circle['self'] = circle;
    expect(JSON.stringify(redactor.redact(circle).value)).not.toContain('hunter2');
  });
});
