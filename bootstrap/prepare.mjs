import { join } from 'node:path';
import { openCache } from './cache.mjs';
import { chooseNode } from './steps/node.mjs';
import { installPackages } from './steps/packages.mjs';
import { providePostgres } from './steps/postgres.mjs';
import { provideRe2 } from './steps/re2.mjs';
import { provideTemporalCli } from './steps/temporal-cli.mjs';
import { provideWorkflowBundle } from './steps/workflow-bundle.mjs';

/** What the C library and Node read when they start: one heap for native code in place of one per thread saves 100 MB. */
export function runtimeOf(cache) {
  return {
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(cache, 'node-compile'),
    MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2',
  };
}

/** Installs what is missing and returns the Node to run and the environment that says where things are. */
export async function prepare(needs) {
  const cache = openCache();
  await installPackages(cache);
  const node = chooseNode();
  const env = {
    SALLYPORT_CACHE: cache,
    ...runtimeOf(cache),
  };
  if (needs.includes('re2')) await provideRe2(cache, node);
  if (needs.includes('postgres')) env.SALLYPORT_POSTGRES_BIN = providePostgres();
  if (needs.includes('temporal'))
    env.SALLYPORT_TEMPORAL_CLI = await provideTemporalCli(cache, node);
  if (needs.includes('bundle'))
    env.SALLYPORT_WORKFLOW_BUNDLE = await provideWorkflowBundle(cache, node);
  return { node, env };
}
