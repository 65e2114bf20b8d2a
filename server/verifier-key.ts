import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../platform/config.ts';

const fileIn = (config: Config): string => join(config.ledger.dir, 'verifier-key');

/** The log's public key, for processes that must not hold the private one. */
export async function publishVerifierKey(config: Config, key: string): Promise<void> {
  await writeFile(`${fileIn(config)}.new`, `${key}\n`);
  await rename(`${fileIn(config)}.new`, fileIn(config));
}

/** Empty until the sequencer ran for the first time. */
export function readVerifierKey(config: Config): string {
  try {
    return readFileSync(fileIn(config), 'utf8').trim();
  } catch {
    return '';
  }
}
