import type { ChildProcess } from 'node:child_process';
import { dismiss, letGo } from './held-child.ts';
import { recordOf, endProcess, writeRecord } from './process-record.ts';
import type { Ending, ProcessRecord } from './process-record.ts';
import type { Running } from './supervise.ts';

export interface ChildOptions {
  /** The file that names the process while it runs, for an engine that comes after one that was killed. */
  readonly recordPath: string;
  readonly ending: Ending;
}

/** Writes down a child of `spawnHeld`, and only then lets it run: nothing is left behind without a record. One that cannot be seen never runs. */
export async function recordChild(child: ChildProcess, options: ChildOptions): Promise<Running> {
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`),
    );
    child.once('error', (error) => resolve(error.message));
  });
  const record = child.pid === undefined ? null : await recordOf(child.pid);
  if (record === null) dismiss(child);
  else {
    await recordOrEnd(record, options);
    letGo(child);
  }
  const stop = async (): Promise<void> => {
    if (record !== null) await endProcess(record, options.ending);
  };
  return { ended, stop };
}

/** One that nobody could write down (the disk is full) must not outlive this try: its successor would meet it. */
async function recordOrEnd(
  record: ProcessRecord,
  { recordPath, ending }: ChildOptions,
): Promise<void> {
  try {
    await writeRecord(recordPath, record);
  } catch (error) {
    await endProcess(record, ending);
    throw error;
  }
}
