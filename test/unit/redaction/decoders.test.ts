import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { exampleOf } from '../../../redaction/rule-examples.ts';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const secret = exampleOf('ghp_{b62:36}', 'decoders');
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const spaced = (text: string | Buffer, by: string): string =>
  Buffer.from(text)
    .toString('hex')
    .replace(/..(?=.)/g, `$&${by}`);
const wrapped = (levels: number): string =>
  levels === 0 ? `some text ${secret} and more` : base64(`padding ${wrapped(levels - 1)} tail`);
const reported = (text: string): readonly (readonly string[] | undefined)[] =>
  redactor.redactText(text).report.replacements.map(({ decoders }) => decoders);

describe('a secret', () => {
  it.each([
    ['base64', base64(`x ${secret}`), ['base64']],
    ['base64url', Buffer.from(`??>>${secret}`).toString('base64url'), ['base64']],
    ['base64 behind slashes', `/a/${base64(`xx ${secret}`)}/b`, ['base64']],
    [
      'base64 in lines',
      base64(`hello there ${'text '.repeat(9)}${secret}`).replace(/.{64}/g, '$&\n'),
      ['base64'],
    ],
    ['hexadecimal', Buffer.from(`x ${secret}`).toString('hex'), ['hex']],
    ['hexadecimal pairs', spaced(`x ${secret}`, ' '), ['hex']],
    ['hexadecimal pairs with colons', `at ${spaced(`x ${secret}`, ':')}.`, ['hex']],
    ['hexadecimal pairs with hyphens', spaced(`x ${secret}`, '-'), ['hex']],
    ['gzip in hexadecimal pairs', spaced(gzipSync(`x ${secret}`), ' '), ['hex', 'gzip']],
    ['UTF-16', base64(Buffer.from(`$p='${secret}'`, 'utf16le')), ['base64', 'utf16']],
    ['gzip', base64(gzipSync(`x ${secret}`)), ['base64', 'gzip']],
    [
      'gzip, cut short',
      base64(gzipSync(`x ${secret} ${'tail '.repeat(20)}`)).slice(0, -8),
      ['base64', 'gzip'],
    ],
    ['zlib', base64(deflateSync(`x ${secret}`)), ['base64', 'zlib']],
    ['gzip in hexadecimal', gzipSync(`x ${secret}`).toString('hex'), ['hex', 'gzip']],
    ['percent escapes', secret.replace('ghp', '%67%68%70'), ['escapes']],
    ['percent escapes twice', secret.replace('ghp', '%2567%2568%2570'), ['escapes', 'escapes']],
    ['unicode escapes', secret.replace('ghp', '\\u0067\\u{68}\\x70'), ['escapes']],
    ['HTML escapes', secret.replace('ghp', '&#103;&#x68;&#112;'), ['escapes']],
    [
      'base64 of gzip of base64',
      base64(gzipSync(base64(`x ${secret}`))),
      ['base64', 'gzip', 'base64'],
    ],
  ])('goes when it is written in %s, and the report says how', (_, text, decoders) => {
    expect(redactor.redactText(text).text).not.toContain(text.slice(4, -4));
    expect(reported(text)).toContainEqual(decoders);
  });

  it.each([
    'mac 00:1b:44:11:3a:b7, fingerprint 3f:2e:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77',
    spaced('just some plain words here', ' '),
  ])('is not in %j, which stays', (text) => {
    expect(redactor.redactText(text).text).toBe(text);
  });

  it('goes from four levels, and what lies deeper goes unread', () => {
    expect(redactor.redactText(wrapped(4)).text).toBe('[redacted:github-token]');
    const deeper = redactor.redactText(wrapped(5));
    expect(deeper.text).toBe('[redacted:over-budget]');
    expect(deeper.report.bounds).toEqual([{ bound: 'decoders', path: '' }]);
  });

  it('does not hide in more than ten times the text', () => {
    const bomb = base64(gzipSync(Buffer.alloc(5_000_000, 'a ')));
    const { text, report } = redactor.redactText(`${bomb} ${secret}`);
    expect(text).toBe('[redacted:over-budget] [redacted:github-token]');
    expect(report.bounds).toEqual([{ bound: 'decoded-bytes', path: '' }]);
  });
});

describe('what only looks encoded', () => {
  it.each([
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '/usr/lib/x86_64-linux-gnu/libsystemd-shared-255',
    base64('a harmless text of some length'),
    base64(gzipSync('a harmless text')),
    'H4sIAAAAAAAAA-broken-gzip-here',
    '100%25 sure &amp; more',
  ])('stays: %s', (text) => {
    expect(redactor.redactText(text).text).toBe(text);
  });
});
