import { join } from 'node:path';
import { z } from 'zod';
import { SallyportError } from '../domain/errors.ts';
import { readPrivateFile } from '../platform/private-file.ts';

/** Written by the embedded stack into its data directory, mode 0600, so that the command finds it without flags. */
export const settingsFile = 'cli.json';

const path = z.string().min(1).max(4096);
const name = z.string().min(1).max(64);
const role = z.enum(['source', 'analyst', 'approver', 'auditor', 'admin']);

/** Paths are absolute. What a later engine adds is passed over. */
const settings = z.object({
  schema: z.literal(1),
  url: z.url().max(1024),
  /** Token files by the person whose they are; the first is who one is unless `--as` says otherwise. */
  tokens: z.record(name, path),
  /** Private keys of those who vote, by the id under which they are registered. */
  keys: z.record(name, path),
  /** What each may do. Without it a token named like a role is taken for that role. */
  roles: z.record(name, z.array(role)).optional(),
});

export type CliSettings = z.output<typeof settings>;
export type CliRole = z.output<typeof role>;

const settingsBytesMax = 65_536;

/** NOT_FOUND where no engine was started with that data directory; its message says what to do. */
export async function readSettings(dataDir: string): Promise<CliSettings> {
  const file = join(dataDir, settingsFile);
  const text = await readPrivateFile(file, settingsBytesMax).catch((error: unknown) => {
    if (!(error instanceof SallyportError) || error.code !== 'NOT_FOUND') throw error;
    throw new SallyportError(
      'NOT_FOUND',
      `no engine was started in ${dataDir}; run \`npm start\`, or name a server with --server and --token-file`,
      { cause: error },
    );
  });
  const parsed = settings.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new SallyportError(
      'CONFIG_INVALID',
      `${file} is not what the engine writes: ${z.prettifyError(parsed.error)}`,
    );
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
