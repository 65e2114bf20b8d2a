import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { systemClock } from '../platform/clock.ts';
import { loadConfig, outlineConfig } from '../platform/config.ts';
import type { Config, Environment } from '../platform/config.ts';
import { armFailpoint } from '../platform/failpoint.ts';
import type { Logger } from '../platform/logger.ts';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { assembleRoles } from './assemble.ts';
import { createBase } from './base.ts';
import type { Base } from './base.ts';
import type { Core } from './core.ts';
import { reportDeaths, startEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import type { Laps } from './laps.ts';
import { startIntakeThread } from './intake-thread.ts';
import { roles } from './roles.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack.ts';
import type { ComponentStatus } from './supervise.ts';
import { keepHistories } from './temporal.ts';
import { readVerifierKey } from './verifier-key.ts';

const namespaceLimitMs = 30_000;
const namespacePauseMs = 300;

export interface EmbeddedOptions {
  readonly environment: Environment;
  readonly configPath: string;
  readonly laps: Laps;
  readonly onStatus: (status: ComponentStatus) => void;
}

const behindIntake = roles.filter((role) => role !== 'intake');

/** The whole of Sallyport in one process, over servers of its own. */
export interface Embedded {
  readonly config: Config;
  readonly core: Core;
  readonly logger: Logger;
  readonly url: string;
  readonly temporalUi: string | null;
  readonly isFirstStart: boolean;
  /** The log's public key in C2SP form. */
  readonly verifierKey: string;
  /** Product → address of its fake. */
  readonly fakes: Readonly<Record<string, string>>;
  readonly statuses: () => readonly ComponentStatus[];
  stop(): Promise<void>;
}

export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { environment, laps, configPath } = options;
  armFailpoint(environment.failpoint);
  const outline = await outlineConfig({ path: configPath, environment });
  const stack = await startStack({
    outline,
    environment,
    laps,
    clock: systemClock,
    onChange: options.onStatus,
  });
  try {
    const { variables } = stack;
    const config = await loadConfig({
      path: configPath,
      environment: stack.environment,
      variables,
    });
    const base = createBase({
      config,
      process: 'embedded',
      workflowBundle: environment.workflowBundle,
      logFile: join(config.dataDir, 'logs', 'sallyport.log'),
    });
    await Promise.all([
      laps.measure('migrations', () => migrateAll(config)),
      laps.measure('namespace', () => prepareNamespace(config)),
    ]);
    const engine = await startAll(base, { options, stack });
    const stop = async (): Promise<void> => {
      await engine.stop();
      await stack.stop();
    };
    if (engine.core === null) throw new TypeError('an engine with all roles has a core');
    const shown = {
      temporalUi: stack.temporalUi,
      isFirstStart: stack.isFirstStart,
      verifierKey: readVerifierKey(config),
      fakes: stack.fakes,
    };
    return {
      config,
      core: engine.core,
      logger: base.logger,
      url: engine.url,
      ...shown,
      statuses: engine.statuses,
      stop,
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** Intake on a thread of its own, everything else on this one. */
function startAll(
  base: Base,
  { options, stack }: { readonly options: EmbeddedOptions; readonly stack: Stack },
): Promise<Engine> {
  const { laps, configPath } = options;
  const { environment, variables } = stack;
  const onChange = reportDeaths(base.logger);
  const place = { configPath, environment, variables, listen: base.config.listen };
  return startEngine(base, {
    assemble: (shared) => assembleRoles(shared, behindIntake, true),
    laps,
    isPatient: false,
    below: stack.statuses,
    openFront: (engine) =>
      laps.measure('intake', () =>
        startIntakeThread({ ...place, clock: base.clock, onChange, engine }),
      ),
  });
}

async function migrateAll(config: Config): Promise<void> {
  if (config.databaseUrl === null) return;
  const db = openDatabase({
    url: config.databaseUrl.reveal(),
    connectionsMax: 1,
    name: 'sallyport-migrate',
  });
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
}

/** A server that prints its address may still die, and then comes up again at the same one. */
async function prepareNamespace(config: Config): Promise<void> {
  const { address, namespace } = config.temporal;
  if (address === null || config.temporal.tls !== null || config.temporal.apiKey !== null) return;
  const signal = AbortSignal.timeout(namespaceLimitMs);
  for (;;) {
    try {
      return await withConnection(address, (connection) => keepHistories(connection, namespace));
    } catch (error) {
      if (signal.aborted) throw error;
      await delay(namespacePauseMs);
    }
  }
}

async function withConnection(
  address: string,
  use: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await use(connection);
  } finally {
    await connection.close();
  }
}
