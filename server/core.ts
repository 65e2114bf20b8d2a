import { createRejects } from '../intake/rejects.ts';
import { createInbox } from '../intake/inbox.ts';
import type { Inbox } from '../intake/inbox.ts';
import { createStormGauge, type StormGauge } from '../intake/storm-gauge.ts';
import { stormRates } from './storm-rates.ts';
import { unfileable } from '../intake/receive.ts';
import { SallyportError } from '../domain/errors.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import { openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { keepOriginals } from '../store/vault.ts';
import type { Base } from './base.ts';
import { openTemporalClient } from './temporal-client.ts';
import type { TemporalClient } from './temporal-client.ts';

/** What every process with a database shares. Opening it connects to nothing yet. */
export interface Core extends Base {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly temporal: TemporalClient;
  close(): Promise<void>;
}

export function openCore(base: Base): Core {
  const { config } = base;
  if (config.databaseUrl === null)
    throw new SallyportError('CONFIG_INVALID', 'set DATABASE_URL or database.url');
  const databaseUrl = config.databaseUrl.reveal();
  const db = openDatabase({
    url: databaseUrl,
    connectionsMax: config.limits.databaseConnectionsMax,
  });
  const temporal = openTemporalClient(base);
  return {
    ...base,
    db,
    databaseUrl,
    temporal,
    close: async () => {
      await temporal.close().catch(() => undefined);
      await db.close();
    },
  };
}

export interface IntakeParts {
  readonly inbox: Inbox<SealedOriginal>;
  readonly rejects: ReturnType<typeof createRejects>;
  readonly storms: StormGauge;
}

/** Nothing in here depends on Temporal. */
export function createIntake(core: Core, onCommitted: () => void): IntakeParts {
  const { config, clock, db } = core;
  const { tenant } = config;
  const storms = createStormGauge(stormRates(config), clock);
  return {
    storms,
    inbox: createInbox<SealedOriginal>({
      db,
      tenant,
      clock,
      keepOriginals,
      onCommitted,
      onRefused: (error) =>
        core.logger.warn({ err: error }, 'alerts could not be committed; their senders come again'),
      unfileable: unfileable(tenant),
      storms,
      limits: { backlogIncidentsMax: config.limits.backlogMax },
    }),
    rejects: createRejects({
      db,
      tenant,
      clock,
      redactText: (text) => core.redactor.redactText(text).text,
    }),
  };
}
