/**
 * `node test/replay/record.ts`: plays the stories of `scenarios.ts` on a real dev server and keeps their histories, as
 * this version makes them. Run it for a new story; never to make a failing replay pass, since histories of that shape
 * are out in the world.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startWorkflowHost } from '../support/workflow-host.ts';
import { goldenActivities, playScenarios } from './scenarios.ts';

const folder = fileURLToPath(new URL('./histories/', import.meta.url));
mkdirSync(folder, { recursive: true });
const host = await startWorkflowHost(goldenActivities());
const executions = await playScenarios(host);
for (const [name, workflowId] of Object.entries(executions)) {
  const file = `${folder}${name}.json`;
  if (existsSync(file)) continue;
  const history = await host.client.workflow.getHandle(workflowId).fetchHistory();
  const text = JSON.stringify(JSON.parse(historyToJSON(history)), null, 1);
  // Whose machine it was is nobody's business.
  writeFileSync(file, `${text.replaceAll(hostname(), 'recorder')}\n`);
}
await host.stop();
process.exit(0);
