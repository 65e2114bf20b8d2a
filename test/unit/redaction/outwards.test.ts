import { describe, expect, it } from 'vitest';
import { readPolicies, type WrittenPolicies } from '../../../redaction/read-policies.ts';
import { outwards } from '../../../server/outwards.ts';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const by = (
  destinations: WrittenPolicies['destinations'],
): { redactor: typeof redactor; policies: ReturnType<typeof readPolicies> } => ({
  redactor,
  policies: readPolicies({ policy: 'default', policies: {}, sources: {}, destinations }),
});
const text = { text: 'jdoe on JANES-MBP (203.0.113.7)', path: '/home/jdoe/x' };
const kinds = ['email', 'phone'];

describe('what goes to a destination', () => {
  it('without a policy of its own goes as it is, and the manifest says what is turned back', () => {
    expect(outwards(by({}), text, { privilege: 'ticket', kinds })).toEqual({ value: text, kinds });
    expect(outwards(by({ chat: 'strict' }), text, { privilege: 'act', kinds }).value).toBe(text);
  });

  it('with one is redacted by it once more, and only kinds that it keeps are turned back', () => {
    const strict = outwards(by({ chat: 'strict' }), text, { privilege: 'notify', kinds });
    expect(JSON.stringify(strict.value)).not.toMatch(/JANES|203\.0|home\/jdoe/);
    expect(strict.kinds).toEqual([]);
    const kept = outwards(by({ ticket: 'evidence' }), text, { privilege: 'ticket', kinds });
    expect(kept).toEqual({ value: text, kinds });
  });
});
