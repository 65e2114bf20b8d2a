import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
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
    logger: new DefaultLogger('WARN'),
  });
  return { code };
}
