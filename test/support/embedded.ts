import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../platform/config.ts';
import { startLaps } from '../../server/laps.ts';
import { openEmbedded, type Embedded } from '../../server/open-embedded.ts';
import { root } from './repository.ts';

export interface TestEmbedded {
  readonly embedded: Embedded;
  /** Ends the stack and removes its data. */
  remove(): Promise<void>;
}

export interface TestEmbeddedOptions {
  /** In the place of the Temporal CLI; gets its path and must become it. */
  readonly temporalCli?: (folder: string, cli: string) => Promise<string>;
  /** Changes the text of the shipped configuration. */
  readonly configure?: (config: string) => string;
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
    configPath: await ownConfig(folder, options.configure),
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

/**
 * The shipped configuration on ports of its own: while its Temporal is down, another engine of this machine could take
 * the usual one, and would be spoken to.
 */
export async function ownConfig(
  folder: string,
  configure: (config: string) => string = (config) => config,
): Promise<string> {
  const shipped = await readFile(join(root, 'sallyport.yaml'), 'utf8');
  const text = shipped
    .replace('port: 8321', 'port: 0')
    .replace('playbooks: playbooks', `playbooks: ${join(root, 'playbooks')}`)
    .replace('policy: policy', `policy: ${join(root, 'policy')}`)
    .replaceAll('${SALLYPORT_HOME}', root);
  const path = join(folder, 'sallyport.yaml');
  await writeFile(path, `${configure(text)}\ntemporal: { port: 0, uiPort: 0 }\n`);
  return path;
}
