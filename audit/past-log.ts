import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { readCheckpoint } from './checkpoint.ts';
import { readCheckpointFile } from './tile-files.ts';

/** Where the files of logs lie that a recovery ended, each under a name of its own. */
const pastDir = 'past';
/** The checkpoint last: while it stands, what was begun here is done again. */
const files = ['tile', 'checkpoints.jsonl', 'verifier-key', 'checkpoint'] as const;

/**
 * Sets the files of the log aside whose end a recovery named (`after` is its last note), so that the next log begins
 * in an empty folder. A log that nobody ended stays where it is: whoever examines it says so.
 */
export async function setPastLogAside(
  dir: string,
  log: { readonly origin: string; readonly after: string | null },
): Promise<void> {
  const file = await readCheckpointFile(dir);
  const ended = log.after === null ? null : readCheckpoint(log.after);
  if (file === null || ended === null || file.head.origin === log.origin) return;
  const isEnded =
    file.head.origin === ended.origin &&
    file.head.size === ended.size &&
    file.head.root.equals(ended.root);
  if (!isEnded) return;
  const past = join(dir, pastDir, pastName(log.origin, ended.origin));
  await mkdir(past, { recursive: true, mode: 0o700 });
  for (const name of files)
    await rename(join(dir, name), join(past, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
}

/** `1` for the first log, `2-MARK` for the one that followed it. */
function pastName(origin: string, ended: string): string {
  const first = origin.slice(0, origin.lastIndexOf('/'));
  return ended.startsWith(`${first}/`) ? ended.slice(first.length + 1).replaceAll('/', '-') : '1';
}
