/** Run by `download.mjs` under the pinned Node: the SDK downloads the CLI into a folder and starts it once. */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [version, downloadDir] = process.argv.slice(2);
const executable = { type: 'cached-download', version, downloadDir };
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable, log: { level: 'error' } },
});
await environment.teardown();
