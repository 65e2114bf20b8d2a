import { join } from 'node:path';
import { checkout } from './checkout.mjs';
import { engineFlags } from './engine-flags.mjs';

const cli = join(checkout, 'cli', 'main.ts');
const tests = join(checkout, 'bootstrap', 'test', 'main.mjs');

const runsEngine = (verb) => verb === 'start' || verb === 'serve';

/** What each command hands over to, as arguments of Node. */
export const programs = {
  start: (args) => [...engineFlags, cli, 'start', ...args],
  cli: (args) => [...(runsEngine(args[0]) ? engineFlags : []), cli, ...args],
  test: (args) => [tests, ...args],
  check: (args) => [tests, '--only', 'format,lint,types,dead-code,unit', ...args],
};
