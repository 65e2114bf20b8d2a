import type { Clock } from '../platform/clock.ts';
import type { ConfigOutline, Environment } from '../platform/config.ts';
import { makeDataDir } from './data-dir.ts';
import { ownNamespace } from './own-namespace.ts';
import { ensureSecrets } from './embedded-secrets.ts';
import { fakeVariables, prepareFakes } from './fakes.ts';
import type { Laps } from './laps.ts';
import { takeLock } from './lock.ts';
import { ensureDatabase, preparePostgres } from './postgres.ts';
import { supervise } from './supervise.ts';
import type { ComponentStatus, Supervised } from './supervise.ts';
import { prepareTemporal } from './temporal.ts';

export interface StackOptions {
  readonly outline: ConfigOutline;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly laps: Laps;
  readonly onChange: (status: ComponentStatus) => void;
}

/** The servers below the engine. What the configuration puts elsewhere is not started. */
export interface Stack {
  /** What the rest of the configuration refers to. */
  readonly variables: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly temporalUi: string | null;
  /** Product → address. */
  readonly fakes: Readonly<Record<string, string>>;
  readonly isFirstStart: boolean;
  readonly statuses: () => readonly ComponentStatus[];
  stop(): Promise<void>;
}

/** Takes the lock, makes what is missing, and starts PostgreSQL, Temporal and the fakes side by side. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { outline, environment } = options;
  await makeDataDir(outline.dataDir);
  const lock = await takeLock(outline.dataDir);
  const up: Supervised[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(up.map((each) => each.stop()));
    await lock.release();
  };
  try {
    const isFirstStart = await ensureSecrets(outline.dataDir);
    const started = await Promise.allSettled([
      startPostgres(options, up),
      startTemporal(options, up),
      startFakes(options, up),
    ]);
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const [postgres, temporal, fakes] = started.map((result) =>
      result.status === 'fulfilled' ? result.value : {},
    );
    const found: Found = { ...postgres, ...temporal, ...fakes };
    return {
      variables: fakeVariables(found.fakes ?? {}),
      fakes: found.fakes ?? {},
      environment: {
        ...environment,
        databaseUrl: found.databaseUrl ?? environment.databaseUrl,
        temporalAddress: found.temporalAddress ?? environment.temporalAddress,
        temporalNamespace: found.temporalNamespace ?? environment.temporalNamespace,
      },
      temporalUi: found.temporalUi ?? null,
      isFirstStart,
      statuses: () => up.map((each) => each.status()),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Found {
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  readonly temporalUi?: string;
  readonly fakes?: Readonly<Record<string, string>>;
}

async function startPostgres(options: StackOptions, up: Supervised[]): Promise<Found> {
  const { outline, environment, laps } = options;
  if (outline.hasDatabase) return {};
  return laps.measure('postgres', async () => {
    const postgres = await preparePostgres({
      dataDir: outline.dataDir,
      bin: environment.postgresBin,
    });
    up.push(await supervise(postgres, options));
    await ensureDatabase(postgres.url());
    return { databaseUrl: postgres.url() };
  });
}

async function startTemporal(options: StackOptions, up: Supervised[]): Promise<Found> {
  const { outline, environment, laps } = options;
  const { address, ...place } = outline.temporal;
  if (address !== null) return {};
  return laps.measure('temporal', async () => {
    const namespace = await ownNamespace(outline.dataDir, place.namespace);
    const temporal = await prepareTemporal({
      ...place,
      namespace,
      dataDir: outline.dataDir,
      cli: environment.temporalCli,
    });
    up.push(await supervise(temporal, options));
    return {
      temporalAddress: temporal.address(),
      temporalNamespace: namespace,
      temporalUi: temporal.uiUrl(),
    };
  });
}

async function startFakes(options: StackOptions, up: Supervised[]): Promise<Found> {
  return options.laps.measure('fakes', async () => {
    const fakes = await prepareFakes(options.outline.dataDir);
    up.push(await supervise(fakes, options));
    return { fakes: fakes.addresses() };
  });
}
