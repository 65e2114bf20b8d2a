import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineFlags } from '../../bootstrap/engine-flags.mjs';
import { clusterUrl } from '../../server/postgres-cluster.ts';
import { openDatabase } from '../../store/database.ts';
import { root } from './repository.ts';
import { startService } from './service-process.ts';
import type { ServiceProcess } from './service-process.ts';

export interface EngineProcess extends ServiceProcess {
  /** Resolves with its address once it says that it is ready. */
  ready(): Promise<string>;
}

export interface EngineOptions {
  /** The folder whose `cli/` runs; left out: this one. */
  readonly checkout?: string;
  readonly node?: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly identity?: { readonly uid: number; readonly gid: number } | null;
  /** For the shell, for example `umask 077`. */
  readonly before?: string;
  /** True: it runs below the bootstrap's last part in a group of their own, as under `npm start` in a terminal. */
  readonly fromTerminal?: boolean;
}

const searchPath = '/usr/local/bin:/usr/bin:/bin';

/** `sallyport start` as a process of its own. */
export function startEngineProcess(options: EngineOptions): EngineProcess {
  const { checkout = root, node = process.execPath, before = 'true', fromTerminal } = options;
  const words = [...engineFlags, join(checkout, 'cli', 'main.ts'), 'start', ...options.args];
  const program =
    fromTerminal === true
      ? [node, '--input-type=module', '--eval', handOverTo(checkout, node, words)]
      : [node, ...words];
  const service = startService({
    command: ['sh', '-c', `${before}; exec "$@"`, 'sh', ...program],
    workingDir: checkout,
    environment: { PATH: searchPath, ...options.environment },
    identity: options.identity ?? null,
    ownGroup: fromTerminal === true,
  });
  return {
    ...service,
    ready: async () => {
      const [, url = ''] = await service.says(/is ready at (http:\S+) after/);
      return url;
    },
  };
}

function handOverTo(checkout: string, node: string, words: readonly string[]): string {
  const module = join(checkout, 'bootstrap', 'hand-over.mjs');
  return `import { handOver } from ${JSON.stringify(module)};
    process.exitCode = await handOver({ program: ${JSON.stringify(node)} }, ${JSON.stringify(words)}, {});`;
}

const portLine = 3;

/** Asks the engine's own PostgreSQL, which takes a free port at each start and writes it down. */
export async function askEngine<Row extends object>(dataDir: string, text: string): Promise<Row[]> {
  const dir = readFileSync(join(dataDir, 'postgres.path'), 'utf8').trim();
  const port = readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n')[portLine];
  const password = readFileSync(join(dataDir, 'secrets', 'postgres'), 'utf8');
  const db = openDatabase({
    url: clusterUrl(Number(port), password, 'sallyport'),
    connectionsMax: 1,
    name: 'test',
  });
  try {
    return await db.query<never>(text);
  } finally {
    await db.close();
  }
}
