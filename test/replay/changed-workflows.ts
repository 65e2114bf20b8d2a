import { sleep } from '@temporalio/workflow';
import { respond as realRespond } from '../../workflows/respond.ts';
import { triage as realTriage } from '../../workflows/triage.ts';

/** What a careless change does: the same work, with one more command before it. Bundled by the replay tests only. */
export async function respond(...input: Parameters<typeof realRespond>): Promise<void> {
  await sleep('1 s');
  await realRespond(...input);
}

export async function triage(...input: Parameters<typeof realTriage>): Promise<void> {
  await sleep('1 s');
  await realTriage(...input);
}
