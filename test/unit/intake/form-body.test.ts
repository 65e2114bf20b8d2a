import { describe, expect, test } from 'vitest';
import { decodeBody } from '../../../intake/decode-body.ts';
import { readBody } from '../../../intake/try.ts';

const read = (text: string): string => {
  const decoded = decodeBody(Buffer.from(text), undefined);
  return decoded.kind === 'body' ? Buffer.from(decoded.body).toString() : decoded.kind;
};

describe('a form', () => {
  test('with a payload is that payload', () => {
    expect(read('payload=%7B%22title%22%3A%22a+b%22%7D&x=1')).toBe('{"title":"a b"}');
  });
  test('without one is an object of its fields', () => {
    expect(JSON.parse(read('title=Disk+full&severity=high&host=db-1'))).toEqual({
      title: 'Disk full',
      severity: 'high',
      host: 'db-1',
    });
  });
  test('cannot name a prototype', () => {
    expect(read('__proto__=a&b=c')).toBe('{"__proto__ (key)":"a","b":"c"}');
  });
  test('becomes an alert like any other', () => {
    expect(readBody(Buffer.from(read('title=Disk+full&severity=high')))[0]).toMatchObject({
      title: 'Disk full',
      severityId: 4,
    });
  });
});

describe('no form', () => {
  test.each([
    '{"a":"b=c"}',
    'a word',
    'key=value',
    'CEF:0|v|p|1|2|n|5|src=1.2.3.4 act=x',
    '=a&b=c',
    'date=x time=y',
  ])('is what %s is', (text) => expect(read(text)).toBe(text));
});
