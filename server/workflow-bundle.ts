import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { BundleOptions } from '@temporalio/worker';
import { failureConverterPath } from '../platform/payload-codec.ts';

/**
 * The workflows as one file of code: made here and nowhere else, so that bootstrap, workers and tests run the same.
 * Pass other `workflows` only to prove that a replay notices them.
 */
export async function bundleWorkflows(
  workflows: URL = new URL('../workflows/index.ts', import.meta.url),
): Promise<{ readonly code: string }> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(workflows),
    // SECURITY: without it, messages of failures inside workflows stand in history in the clear.
    failureConverterPath,
    preloadModules: [fileURLToPath(new URL('../workflows/preload.ts', import.meta.url))],
    webpackConfigHook: forThisNode,
    logger: new DefaultLogger('WARN'),
  });
  return { code };
}

type Configuration = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** The SDK writes for engines of 2017, where each spread of an object is a call: this code runs in the pinned Node only. */
const target = 'es2024';

function forThisNode(configuration: Configuration): Configuration {
  for (const rule of configuration.module?.rules ?? []) {
    const compiler = compilerOf(rule);
    if (compiler !== null) compiler['target'] = target;
  }
  return configuration;
}

/** The options of swc, where a rule is the one that runs it. */
function compilerOf(rule: unknown): Record<string, unknown> | null {
  const found = ['use', 'options', 'jsc'].reduce<unknown>(
    (at, name) => (isRecord(at) ? at[name] : undefined),
    rule,
  );
  return isRecord(found) ? found : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
