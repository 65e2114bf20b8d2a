/** Run by the bootstrap: bundles the workflows into the file that its argument names. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const target = process.argv[2];
if (target === undefined) throw new Error('usage: bundle-workflows.ts FILE');

const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
  // CEL holds no state of a workflow; loaded once per context it costs next to nothing for each of them.
  preloadModules: ['@bufbuild/cel'],
  logger: new DefaultLogger('WARN'),
});
writeFileSync(target, code);
