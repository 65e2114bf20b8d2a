import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies below the data directory; everything but the directory itself is ours alone. */
const folders = ['run', 'logs', 'secrets', 'keys', 'ledger', 'temporal', 'fakes'] as const;

export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await Promise.all(
    folders.map((folder) => mkdir(join(dataDir, folder), { recursive: true, mode: 0o700 })),
  );
}
