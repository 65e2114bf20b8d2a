import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitCodes } from '../cli/io.ts';
import type { CliIo } from '../cli/io.ts';
import { SallyportError } from '../domain/errors.ts';
import { loadConfig, readEnvironment } from '../platform/config.ts';
import type { Allowance } from '../platform/config.ts';
import { armFailpoint } from '../platform/failpoint.ts';
import { keyPurposes } from '../platform/keyring.ts';
import type { KeyPurpose } from '../platform/keyring.ts';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { mayUse } from './activity-deps.ts';
import { assembleRoles } from './assemble.ts';
import { createBase } from './base.ts';
import { startEngine } from './engine.ts';
import { startLaps } from './laps.ts';
import { isRole, isWorker, roles } from './roles.ts';
import type { RoleName } from './roles.ts';
import { listenForStop } from './stop-signal.ts';

export const shippedConfig = fileURLToPath(new URL('../sallyport.yaml', import.meta.url));

/** `sallyport serve --role X`: one power of the engine, beside your PostgreSQL and your Temporal. */
export async function serve(args: readonly string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { role: { type: 'string' }, config: { type: 'string' } },
  });
  const role = values.role ?? '';
  if (!isRole(role))
    throw new SallyportError('REQUEST_INVALID', `--role must be one of ${roles.join(', ')}`);
  const stopping = listenForStop(io.stderr, () => undefined);
  try {
    const environment = readEnvironment();
    armFailpoint(environment.failpoint);
    const config = await loadConfig({
      path: values.config ?? environment.configPath ?? shippedConfig,
      environment,
      may: allowanceOf(role),
    });
    const base = createBase({
      config,
      process: role,
      workflowBundle: environment.workflowBundle,
      logFile: null,
      needs: keysOf(role),
    });
    if (config.databaseUrl !== null) await migrateOnce(config.databaseUrl.reveal());
    const engine = await startEngine(base, {
      assemble: (shared) => assembleRoles(shared, [role], false),
      laps: startLaps(),
      isPatient: true,
      below: () => [],
    });
    base.logger.info({ role, url: engine.url }, 'ready');
    await stopping.asked;
    await engine.stop();
    return exitCodes.done;
  } finally {
    stopping.dispose();
  }
}

/** SECURITY: a process that is taken over gives away only what its role needed. */
export function allowanceOf(role: RoleName): Allowance {
  return {
    database: role !== 'workflow',
    sources: role === 'intake',
    tokens: role === 'intake',
    keys: keysOf(role),
    connector: (connector) => isWorker(role) && mayUse(role, connector),
  };
}

/** Who starts workflows or reads their histories needs the payload keys; who numbers entries needs none. */
export function keysOf(role: RoleName): readonly KeyPurpose[] {
  if (role === 'sequencer') return [];
  return role === 'workflow' || role === 'dispatcher' ? ['codec'] : keyPurposes;
}

async function migrateOnce(url: string): Promise<void> {
  const db = openDatabase({ url, connectionsMax: 1, name: 'sallyport-migrate' });
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
}
