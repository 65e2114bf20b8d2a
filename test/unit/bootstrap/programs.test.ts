import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { engineFlags } from '../../../bootstrap/engine-flags.mjs';
import { programs } from '../../../bootstrap/programs.mjs';

const flagsOf = (words: readonly string[]): readonly string[] =>
  words.filter((word) => engineFlags.includes(word));

it('runs the engine with bounded heaps, however it is started', () => {
  expect(flagsOf(programs.start(['--once']))).toEqual(engineFlags);
  expect(flagsOf(programs.cli(['start']))).toEqual(engineFlags);
  expect(flagsOf(programs.cli(['serve', '--role', 'intake']))).toEqual(engineFlags);
});

it('gives Node its flags before the program, and the program its words behind it', () => {
  const words = programs.start(['--once']);
  const program = words.findIndex((word: string) => word.endsWith('main.ts'));
  expect(words.slice(0, program)).toEqual(engineFlags);
  expect(words.slice(program + 1)).toEqual(['start', '--once']);
});

it('leaves commands that end soon as they are', () => {
  expect(flagsOf(programs.cli(['redact']))).toEqual([]);
  expect(flagsOf(programs.check([]))).toEqual([]);
});

it('names flags that the pinned Node knows', () => {
  const heap = execFileSync(
    process.execPath,
    [...engineFlags, '--print', '[...process.execArgv].length'],
    { encoding: 'utf8' },
  );
  expect(Number(heap)).toBeGreaterThanOrEqual(engineFlags.length);
});
