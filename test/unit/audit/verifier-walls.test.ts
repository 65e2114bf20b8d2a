import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const room = new URL('../../../audit/', import.meta.url);
const files = [
  'verify.ts',
  ...readdirSync(new URL('verify/', room)).map((name) => `verify/${name}`),
];
const allowed = ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'node:readline'];

test.each(files)('%s imports nothing but Node and the verifier itself', (file) => {
  const text = readFileSync(new URL(file, room), 'utf8');
  const imports = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? '');
  const own = file === 'verify.ts' ? /^\.\/verify\/[a-z-]+\.ts$/ : /^\.\/[a-z-]+\.ts$/;
  expect(imports.filter((name) => !allowed.includes(name) && !own.test(name))).toEqual([]);
});
