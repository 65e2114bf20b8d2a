import { describe, expect, it } from 'vitest';
import { readFlags } from '../../../cli/flags.ts';
import type { Session } from '../../../cli/session.ts';
import { verbs } from '../../../cli/verbs.ts';

const nobody: Session = {
  client: () => Promise.reject(new Error('help needs no engine')),
  voter: () => Promise.reject(new Error('help needs no engine')),
};
/** Loading these loads the whole engine; the end-to-end tests do. */
const engine = ['start', 'serve'];

describe('every verb', () => {
  it.each(Object.entries(verbs).filter(([name]) => !engine.includes(name)))(
    '%s explains itself without an engine',
    async (name, verb) => {
      const loaded = await verb.load(nobody);
      expect(loaded.usage).toContain(
        `sallyport ${name}`.replace(/ (approve|reject)$/, ' approve|reject'),
      );
      expect(verb.summary.length).toBeLessThan(60);
    },
  );
});

describe('flags', () => {
  it('are strict', () => {
    expect(() => readFlags(['--resaon', 'x'], { reason: 'text' })).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    );
    expect(() => readFlags(['--reason'], { reason: 'text' })).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    );
    expect(() => readFlags([], { reason: 'text' }).need('reason')).toThrow(/--reason is missing/);
    expect(() => readFlags([], {}).word(0, 'the gate')).toThrow(/the gate is missing/);
  });

  it('are read by kind, and --json is always known', () => {
    const flags = readFlags(['gat_1', '--json', '--group', 'a', '--group', 'b', '--', '--odd'], {
      group: 'texts',
    });
    expect([flags.words, flags.texts('group'), flags.has('json')]).toEqual([
      ['gat_1', '--odd'],
      ['a', 'b'],
      true,
    ]);
  });
});
