import { statSync } from 'node:fs';
import { join } from 'node:path';
import { placeText } from '../cache.mjs';
import { readOrEmpty, sha256 } from '../checkout.mjs';
import { run } from '../child.mjs';

/** The version that we download or build; a binary that is found must be at least as new. */
export const wantedVersion = '1.8.2';

const answerLimitMs = 20_000;

/** What `temporal --version` says, or '' if it says nothing of the kind. Remembered per file, size and time. */
export async function versionOf(cache, program) {
  const { size, mtimeMs } = statSync(program);
  const key = `${program}\n${size}\n${mtimeMs}`;
  const memory = join(cache, 'temporal', 'versions', sha256(key).slice(0, 32));
  const remembered = readOrEmpty(memory);
  if (remembered !== '') return remembered;
  const { output } = await run(program, ['--version'], { limitMs: answerLimitMs });
  const version = /temporal version v?(\d+\.\d+\.\d+)/i.exec(output)?.[1] ?? '';
  if (version !== '') placeText(version, memory);
  return version;
}

export function isNewEnough(version) {
  const have = version.split('.').map(Number);
  const want = wantedVersion.split('.').map(Number);
  const first = want.findIndex((part, at) => part !== have[at]);
  return version !== '' && (first === -1 || have[first] > want[first]);
}
