import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../shared/hostile/', import.meta.url));

/** True where the hostile corpus lies beside the repository; its tests are skipped, visibly, where it does not. */
export const hostileCorpus = existsSync(folder);

/** The records of one file of the corpus; none where it is absent. */
export function hostileRecords<Kind extends object>(
  name: string,
): readonly (Kind & { readonly id: string })[] {
  if (!hostileCorpus) return [];
  const lines = readFileSync(`${folder}${name}.jsonl`, 'utf8').trim().split('\n');
  // The corpus is described by its SOURCES.md; each test states the fields that it reads.
  return lines.map((line) => JSON.parse(line) as Kind & { id: string });
}

export const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
