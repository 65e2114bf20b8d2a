import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { advance } from '../../domain/run.ts';
import { readFinding, readPlan, readRunState, upcast } from '../../domain/upcast.ts';

/** As version 1 wrote them. A new schema adds files of its own beside these; these stay. */
const stored = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./schema/${name}.json`, import.meta.url), 'utf8'));

const readers = {
  'run-state.v1': readRunState,
  'plan.v1': readPlan,
  'finding.v1': readFinding,
} as const;

describe('what an earlier version stored', () => {
  it.each(Object.entries(readers))('%s is read', (name, read) => {
    expect(read(stored(name))).toMatchObject({ schema: 1 });
  });

  it('a run of schema 1 that waits at its gate goes on to its end', () => {
    const plan = readPlan(stored('plan.v1'));
    const decision = { id: 'vot_1', gateId: 'gat_1', state: 'approved', detail: '' } as const;
    const { state, commands } = advance(plan, readRunState(stored('run-state.v1')), {
      kind: 'gate-decided',
      atMs: 5,
      ...decision,
    });
    expect(commands.map((command) => command.step)).toEqual(['contain']);
    expect(state.status).toBe('active');
  });

  it.each(Object.entries(readers))('%s of a newer version is refused by name', (name, read) => {
    const newer = { ...(stored(name) as object), schema: 2 };
    expect(() => read(newer)).toThrow(/has schema 2; this version reads schema 1 and older/);
  });

  it.each([[null], ['text'], [[]], [{}], [{ schema: '1' }], [{ schema: 0 }], [{ schema: 1.5 }]])(
    'what carries no schema number is refused: %j',
    (value) => {
      expect(() => readRunState(value)).toThrow(/without a schema number/);
    },
  );

  it('older shapes go through every step up to the newest', () => {
    const steps = [
      (older: object) => ({ ...older, two: true }),
      (older: object) => ({ ...older, three: 'two' in older }),
    ];
    expect(upcast('thing', steps, { schema: 1 })).toEqual({ schema: 3, two: true, three: true });
    expect(upcast('thing', steps, { schema: 2 })).toEqual({ schema: 3, three: false });
    expect(upcast('thing', steps, { schema: 3 })).toEqual({ schema: 3 });
  });
});
