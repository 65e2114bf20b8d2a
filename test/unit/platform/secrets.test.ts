import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { hideSecret } from '../../../platform/secrets.ts';

const secret = hideSecret('hunter2');

it.each([
  ['in a text', `${String(secret)}`],
  ['as JSON', JSON.stringify({ secret })],
  ['when it is inspected', inspect({ secret }, { depth: 9, showHidden: true })],
  ['as its own keys', JSON.stringify([Object.keys(secret), Object.entries(secret)])],
])('a secret does not show itself %s', (_how, shown) => {
  expect(shown).not.toContain('hunter2');
});

it('a secret is given out only when it is asked for', () => {
  expect(secret.reveal()).toBe('hunter2');
});
