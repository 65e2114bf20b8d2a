import { describe, expect, it } from 'vitest';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const clean = (value: unknown): unknown => redactor.redact(value).value;

describe('a name beside its value', () => {
  it.each<[string, unknown, unknown]>([
    [
      'a header as a pair',
      {
        headers: [
          ['Authorization', 'Zzz abc123def456'],
          ['Accept', '*/*'],
        ],
      },
      {
        headers: [
          ['Authorization', '[redacted:authorization]'],
          ['Accept', '*/*'],
        ],
      },
    ],
    [
      'raw headers in turn',
      { rawHeaders: ['Accept', '*/*', 'X-Api-Key', 'abc123def456'] },
      { rawHeaders: ['Accept', '*/*', 'X-Api-Key', '[redacted:api-key]'] },
    ],
    [
      'a described output',
      { outputs: { db_password: { value: 'x1', sensitive: true } } },
      { outputs: { db_password: { value: '[redacted:password]', sensitive: true } } },
    ],
    [
      'a list of one name',
      { password: ['abc', 'def'] },
      { password: ['[redacted:password]', '[redacted:password]'] },
    ],
    [
      'a word of another language',
      { contraseña: 'x1', пароль: 'x1', 密码: 'x1' },
      {
        contraseña: '[redacted:password]',
        пароль: '[redacted:password]',
        密码: '[redacted:password]',
      },
    ],
    ['a version behind the name', { apiKeyV2: 'abc123def456' }, { apiKeyV2: '[redacted:api-key]' }],
  ])('%s', (_, given, wanted) => {
    expect(clean(given)).toEqual(wanted);
  });
});

describe('text with a form of its own', () => {
  it.each([
    [
      'CEF with a label',
      'CEF:0|V|P|1|7|x|5|suser=bob cs1Label=password cs1=my pass msg=hi',
      'CEF:0|V|P|1|7|x|5|suser=bob cs1Label=password cs1=[redacted:password] msg=hi',
    ],
    [
      'LEEF with a delimiter',
      'LEEF:2.0|V|P|1|E|^|usrName=bob^password=x1y2z3^src=192.0.2.1',
      'LEEF:2.0|V|P|1|E|^|usrName=bob^password=[redacted:password]^src=192.0.2.1',
    ],
    [
      'a query',
      '/cb?code=abc123def456ghi&page=2&otp=123456',
      '/cb?code=[redacted:url-secret]&page=2&otp=[redacted:otp]',
    ],
    ['a form body', 'user=bob&password=a%20b&x=1', 'user=bob&password=[redacted:password]&x=1'],
    [
      'a manifest',
      'kind: Secret\ndata:\n  user: YWRtaW4=\n  pin: "MTIzNA=="\ntype: Opaque\n',
      'kind: Secret\ndata:\n  user: [redacted:kubernetes-secret]\n  pin: "[redacted:kubernetes-secret]"\ntype: Opaque\n',
    ],
    ['JSON after words', 'got {"password":"x1y2"}', 'got {"password":"[redacted:password]"}'],
    ['a comparison', 'if password == "team10":', 'if password == "[redacted:password]":'],
    ['a vendor and its key', "keenio 'u95zu2ka660bfte1gj2u14s3'", "keenio '[redacted:api-key]'"],
  ])('%s', (_, given, wanted) => {
    expect(clean(given)).toBe(wanted);
  });

  it('numbers in JSON stay as they are written', () => {
    expect(clean('{"id":12345678901234567890,"v":1.10,"password":"x1"}')).toBe(
      '{"id":12345678901234567890,"v":1.10,"password":"[redacted:password]"}',
    );
    expect(clean('{"pan":4111111111111111.0}')).toMatch(/payment-card/);
  });
});

describe('look-alikes', () => {
  it.each([
    'p\u0430ssword',
    'pass\u00adword',
    'pass\u2066word',
    'ｐａｓｓｗｏｒｄ',
    '𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝',
    'ⓟⓐⓢⓢⓦⓞⓡⓓ',
    'pass\u{e0041}word',
  ])('%s is read as the word that it looks like', (name) => {
    expect(clean(`${name}=hunter2x`)).toBe(`${name}=[redacted:password]`);
  });
});

describe('work on one document', () => {
  it('is bounded; the rest is masked, and the report says so', () => {
    const leaf = 'they asked for a reset of the password on this host, which is fine '.repeat(
      8_000,
    );
    const { value, report } = redactor.redact(Array.from({ length: 60 }, () => leaf));
    expect(report.bounds.map(({ bound }) => bound)).toContain('work');
    expect((value as readonly string[]).at(-1)).toBe('[redacted:over-budget]');
    expect((value as readonly string[])[0] === leaf).toBe(true);
  });
});
