import { describe, expect, it } from 'vitest';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const redacted = (text: string): string => redactor.redactText(text).text;

describe('a table in a text', () => {
  it.each([
    [
      'columns of fixed width',
      'USER      PASSWORD      HOST\nbob       hunter2!      db1\nalice     correcthorse  db2\n',
      'USER      PASSWORD      HOST\nbob       [redacted:password]      db1\nalice     [redacted:password]  db2\n',
    ],
    [
      'columns of fixed width with a gap in a row',
      'USER      PASSWORD      HOST\nbob                     db1\nal        hunter2!      db2',
      'USER      PASSWORD      HOST\nbob                     db1\nal        [redacted:password]      db2',
    ],
    [
      'tabs',
      'user\tpassword\thost\nbob\thunter2\tdb1',
      'user\tpassword\thost\nbob\t[redacted:password]\tdb1',
    ],
    [
      'pipes and a ruler',
      '| user | Password |\n|------|----------|\n| bob | s3cret!! |\n| al | |',
      '| user | Password |\n|------|----------|\n| bob | [redacted:password] |\n| al | |',
    ],
    [
      'commas',
      'id,user,password\n1,bob,hunter2\n',
      'id,user,password\n1,bob,[redacted:password]\n',
    ],
    [
      'names and values',
      'Key         Value\n---         -----\nuser        bob\npassword    hunter2\n',
      'Key         Value\n---         -----\nuser        bob\npassword    [redacted:password]\n',
    ],
  ])('loses what stands under a credential: %s', (_, text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  it.each([
    'Suite  Pass  Fail\nabc    120   300\n',
    'Name      Secrets   Age\ndefault   2         5d\n',
    'Password policy  Value\nmax password age  90\n',
    'Usage: use token, password, cookie\nthen alpha1, beta22, gamma3\n',
    'user\tpassword\thost\n\nbob\thunter\tdb1\n',
    'user,password\none,two,three\n',
  ])('keeps what is none: %j', (text) => {
    expect(redacted(text)).toBe(text);
  });

  it('is told by its own rule and read once however many heads it has', () => {
    const { report } = redactor.redactText('user\tpassword\nbob\thunter2\n');
    expect(report.replacements.map(({ rule }) => rule)).toEqual(['table-value']);
    const heads = 'password\ttoken\n'.repeat(20_000);
    expect(redacted(heads).length).toBeGreaterThan(0);
  });
});
