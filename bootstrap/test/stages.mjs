import { join } from 'node:path';
import { checkout, packages } from '../checkout.mjs';

const minute = 60_000;
const tool = (name, ...path) => join(packages, name, ...path);

/** What `npm test` runs, in this order. A `tests` stage counts its tests, a `check` stage counts as one. */
export const stages = [
  check('format', [tool('oxfmt', 'bin', 'oxfmt'), '--check']),
  check('lint', [
    tool('oxlint', 'bin', 'oxlint'),
    '--deny-warnings',
    '--report-unused-disable-directives-severity=error',
  ]),
  check('types', [tool('typescript', 'bin', 'tsc'), '--project', '.']),
  check('dead-code', [tool('knip', 'bin', 'knip.js'), '--no-progress', '--no-config-hints']),
  tests('unit', 5 * minute),
  tests('property', 5 * minute),
  tests('contract', 10 * minute),
  tests('attack', 10 * minute),
  tests('workflow', 8 * minute),
  tests('replay', 4 * minute),
  {
    ...check('story', []),
    limitMs: 5 * minute,
    what: 'npm start -- --once, in an empty data folder',
  },
  tests('e2e', 12 * minute),
  tests('faults', 20 * minute),
];

function check(name, args) {
  return { name, kind: 'check', args, limitMs: 3 * minute, what: '' };
}

function tests(name, limitMs) {
  const args = [tool('vitest', 'vitest.mjs'), 'run', '--root', checkout, '--project', name];
  return { name, kind: 'tests', args, limitMs, what: '' };
}

/** `--only unit,lint` and `--skip faults` choose stages by name; an unknown name is an error, not an empty choice. */
export function chosenStages(args) {
  const only = listAfter(args, '--only');
  const skip = listAfter(args, '--skip') ?? [];
  const unknown = [...(only ?? []), ...skip].filter(
    (name) => !stages.some((stage) => stage.name === name),
  );
  if (unknown.length > 0) {
    throw new Error(
      `no stage is called ${unknown.join(', ')}; there are: ${stages.map((stage) => stage.name).join(', ')}`,
    );
  }
  return stages.filter(
    (stage) => (only?.includes(stage.name) ?? true) && !skip.includes(stage.name),
  );
}

function listAfter(args, flag) {
  const at = args.indexOf(flag);
  if (at === -1) return undefined;
  return (args[at + 1] ?? '').split(',').filter((name) => name !== '');
}
