import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Flips one bit in the middle of the largest file of entries of a copied ledger. False where there is none. */
export async function falsify(ledgerCopy: string): Promise<boolean> {
  const folder = join(ledgerCopy, 'tile', 'entries');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      facts: await stat(join(folder, name)),
    })),
  );
  const [largest] = files
    .filter(({ facts }) => facts.isFile())
    .toSorted((a, b) => b.facts.size - a.facts.size);
  if (largest === undefined) return false;
  const file = await open(largest.path, 'r+');
  try {
    const at = Math.floor(largest.facts.size / 2);
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at);
    return true;
  } finally {
    await file.close();
  }
}
