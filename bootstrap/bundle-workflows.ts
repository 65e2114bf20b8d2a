/** Run by the bootstrap: bundles the workflows into the file that its argument names. */
import { writeFileSync } from 'node:fs';
import { bundleWorkflows } from '../server/workflow-bundle.ts';

const target = process.argv[2];
if (target === undefined) throw new Error('usage: bundle-workflows.ts FILE');

const { code } = await bundleWorkflows();
writeFileSync(target, code);
