import { defineConfig } from 'vitest/config';

const testTimeoutMs = 30_000;
const slowTestTimeoutMs = 120_000;
const hookTimeoutMs = 60_000;

/** Unit and property tests do no I/O and share threads; whatever starts servers gets a process of its own. */
const pure = {
  pool: 'threads',
  isolate: false,
  testTimeout: testTimeoutMs,
  sequence: { groupOrder: 0 },
} as const;
const served = {
  pool: 'forks',
  isolate: true,
  maxWorkers: 2,
  testTimeout: slowTestTimeoutMs,
  hookTimeout: hookTimeoutMs,
  sequence: { groupOrder: 1 },
} as const;
/** One at a time: these measure, kill or watch whole stacks. */
const alone = {
  ...served,
  maxWorkers: 1,
  fileParallelism: false,
  sequence: { groupOrder: 2 },
} as const;

const inFolder = (name: string): string[] => [`test/${name}/**/*.test.ts`];
const properties = 'test/**/*.prop.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/tidy.test.ts', ...inFolder('unit')],
          exclude: [properties],
          ...pure,
        },
      },
      { test: { name: 'property', include: [properties, ...inFolder('property')], ...pure } },
      {
        test: { name: 'contract', include: inFolder('contract'), exclude: [properties], ...served },
      },
      { test: { name: 'attack', include: inFolder('attack'), exclude: [properties], ...served } },
      {
        test: { name: 'workflow', include: inFolder('workflow'), exclude: [properties], ...alone },
      },
      { test: { name: 'replay', include: inFolder('replay'), exclude: [properties], ...served } },
      { test: { name: 'e2e', include: inFolder('e2e'), exclude: [properties], ...alone } },
      { test: { name: 'faults', include: inFolder('faults'), exclude: [properties], ...alone } },
    ],
  },
});
