import { resolve } from 'node:path';
import type { CliIo } from '../cli/io.ts';
import { loadConfig, readEnvironment } from '../platform/config.ts';
import type { CopyPlace } from './copy-database.ts';
import { shippedConfig } from './serve.ts';

/** Which installation the flags name. No credential of a source, connection or person is read. */
export async function copyPlace(
  flags: { readonly data?: string | undefined; readonly config?: string | undefined },
  io: CliIo,
): Promise<CopyPlace> {
  const known = readEnvironment();
  const environment =
    flags.data === undefined ? known : { ...known, dataDir: resolve(io.workingDir, flags.data) };
  const path =
    flags.config === undefined
      ? (environment.configPath ?? shippedConfig)
      : resolve(io.workingDir, flags.config);
  const config = await loadConfig({
    path,
    environment,
    may: {
      database: true,
      sources: false,
      tokens: false,
      keys: [],
      connector: () => false,
      connections: 'none',
    },
  });
  return { config, environment };
}
