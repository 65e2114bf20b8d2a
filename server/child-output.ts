import { appendFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Pieces that wait to be written; what comes beyond is dropped. */
const waitingMax = 64;

/**
 * Appends what a child says to a file. The child is always read on, also while nothing can be written (the disk is
 * full): one that cannot get rid of its words stands still.
 */
export function outputKeeper(path: string): (stream: Readable | null) => void {
  let waiting = 0;
  let written: Promise<void> = Promise.resolve();
  const keep = (chunk: Buffer): void => {
    if (waiting >= waitingMax) return;
    waiting += 1;
    written = written
      .then(() => appendFile(path, chunk, { mode: 0o600 }))
      .catch(() => undefined)
      .finally(() => (waiting -= 1));
  };
  return (stream) => void stream?.on('data', keep);
}
