import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../platform/config.ts';
import { startLaps } from '../../server/laps.ts';
import { openEmbedded, type Embedded } from '../../server/open-embedded.ts';
import { shippedConfig } from '../../server/serve.ts';

export interface TestEmbedded {
  readonly embedded: Embedded;
  /** Ends the stack and removes its data. */
  remove(): Promise<void>;
}

export interface TestEmbeddedOptions {
  /** In the place of the Temporal CLI; gets its path and must become it. */
  readonly temporalCli?: (folder: string, cli: string) => Promise<string>;
}

/** The whole stack as `npm start` opens it, in this process and a folder of its own. */
export async function openTestEmbedded(options: TestEmbeddedOptions = {}): Promise<TestEmbedded> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
  // Root's PostgreSQL has a user of its own, which must get to its data.
  await chmod(folder, 0o711);
  const dataDir = join(folder, 'data');
  const known = readEnvironment();
  const cli = known.temporalCli;
  const temporalCli = cli === null ? null : ((await options.temporalCli?.(folder, cli)) ?? cli);
  const environment = { ...known, temporalCli, dataDir, databaseUrl: null, temporalAddress: null };
  const embedded = await openEmbedded({
    environment,
    configPath: shippedConfig,
    laps: startLaps(),
    onStatus: () => undefined,
  });
  return {
    embedded,
    remove: async () => {
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
