import { expect, it } from 'vitest';
import { passingRing } from '../../../platform/keyring.ts';
import { createRedactor } from '../../../redaction/redact.ts';

const redactor = createRedactor({ tokenKeys: passingRing(), tenant: 'acme' });

it.each([
  ['a GitHub token', `ghp_${'bench0042'.padEnd(36, 'x')}`],
  ['an access key of AWS', 'AKIABENCH00000042QQQ'],
  ['a Stripe key', `sk_live_${'q7Kd02'.padEnd(24, 'k')}`],
])('%s is masked although one character stands in it many times', (_name, secret) => {
  const text = redactor.redactText(`curl -H "Authorization: Bearer ${secret}" https://x.example`);
  expect(text.text).not.toContain(secret);
  expect(redactor.redactText(`seen ${secret} in a log`).text).not.toContain(secret);
});

it.each([`ghp_${'x'.repeat(36)}`, 'glpat-xxxxxxxxxxxxxxxxxxxx', `AKIA${'X'.repeat(16)}`])(
  '%s stays: whoever wrote it had masked it',
  (masked) => {
    expect(redactor.redactText(`token ${masked}`).text).toBe(`token ${masked}`);
  },
);
