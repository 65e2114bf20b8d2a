import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { base32 } from '../domain/digest.ts';

const markBytes = 5;

/**
 * The namespace of this data directory, made once. Two engines of one machine may meet at a port that one of them just
 * lost; with namespaces of their own neither takes the other's work.
 */
export async function ownNamespace(dataDir: string, base: string): Promise<string> {
  const path = join(dataDir, 'temporal', 'namespace');
  const known = await readFile(path, 'utf8').catch(() => null);
  if (known !== null) return known.trim();
  const made = `${base}-${base32(randomBytes(markBytes))}`;
  // Renamed into place: half a name would be another namespace after a crash.
  await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}
