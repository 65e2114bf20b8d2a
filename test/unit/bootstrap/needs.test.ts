import { describe, expect, it } from 'vitest';
import { isNewEnough } from '../../../bootstrap/temporal-cli/version.mjs';
import { needsOf } from '../../../bootstrap/needs.mjs';
import { chosenStages } from '../../../bootstrap/test/stages.mjs';

describe('what a command needs', () => {
  it('starting needs the embedded servers', () => {
    expect(needsOf('start', [], {})).toEqual(['re2', 'postgres', 'temporal', 'bundle']);
  });

  it('starting against real servers needs none of ours', () => {
    const env = { DATABASE_URL: 'postgres://db', TEMPORAL_ADDRESS: 'temporal:7233' };
    expect(needsOf('start', [], env)).toEqual(['re2', 'bundle']);
  });

  it('the verb start needs the same as npm start', () => {
    expect(needsOf('cli', ['start', '--once'], {})).toEqual(needsOf('start', ['--once'], {}));
  });

  it('verifying a ledger needs no server', () => {
    expect(needsOf('cli', ['verify', 'ledger'], {})).toEqual(['re2']);
  });

  it('checking only the code needs nothing compiled', () => {
    expect(needsOf('test', ['--only', 'lint,types'], {})).toEqual([]);
  });
});

describe('the version of a Temporal CLI', () => {
  it.each(['1.8.2', '1.8.10', '1.9.0', '2.0.0'])('%s is new enough', (version) => {
    expect(isNewEnough(version)).toBe(true);
  });

  it.each(['1.8.1', '1.7.9', '0.9.9', ''])('"%s" is not', (version) => {
    expect(isNewEnough(version)).toBe(false);
  });
});

describe('the choice of test stages', () => {
  const names = (args: string[]): string[] =>
    chosenStages(args).map((stage: { name: string }) => stage.name);

  it('without flags every stage runs', () => {
    expect(names([])).toEqual(
      expect.arrayContaining(['format', 'lint', 'types', 'unit', 'story', 'faults']),
    );
  });

  it('--only runs the named ones in their own order', () => {
    expect(names(['--only', 'unit,lint'])).toEqual(['lint', 'unit']);
  });

  it('--skip leaves out the named ones', () => {
    expect(names(['--skip', 'faults'])).not.toContain('faults');
  });

  it('an unknown stage is an error, not an empty run', () => {
    expect(() => names(['--only', 'units'])).toThrow('no stage is called units');
  });
});
