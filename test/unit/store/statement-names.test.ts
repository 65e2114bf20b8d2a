import { describe, expect, test } from 'vitest';
import { statementNames } from '../../../store/statement-names.ts';

const ran = (nameOf: (text: string) => string | undefined, text: string, times: number): unknown =>
  Array.from({ length: times }, () => nameOf(text)).at(-1);

describe('a statement', () => {
  test('is named once it runs often, by the same name from then on', () => {
    const nameOf = statementNames();
    expect(ran(nameOf, 'select $1', 5)).toBeUndefined();
    const name = nameOf('select $1');
    expect(name).toBeTypeOf('string');
    expect(nameOf('select $1')).toBe(name);
  });

  test('shares its name with no other', () => {
    const nameOf = statementNames();
    expect(ran(nameOf, 'select $1', 6)).not.toBe(ran(nameOf, 'select $2', 6));
  });

  test('is not named where too many texts came before it, however often it runs', () => {
    const nameOf = statementNames();
    for (let at = 0; at < 10_000; at += 1) ran(nameOf, `select ${at}, $1`, 6);
    const named = Array.from({ length: 10_000 }, (_, at) => nameOf(`select ${at}, $1`));
    expect(named.filter((name) => name !== undefined)).toHaveLength(200);
    expect(ran(nameOf, 'select now(), $1', 50)).toBeUndefined();
  });
});
