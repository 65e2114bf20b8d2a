import { readTicketStates } from '../activities/read-ticket-states.ts';
import { every, loopComponent } from './loop.ts';
import type { Parts, RoleParts } from './roles.ts';
import { activityWorker } from './workers.ts';

const askEveryMs = 3_000;

/** Tickets are made by activities; how far they are is asked for beside them, where their credentials are already. */
export function ticketRole({ core, activities }: Parts): RoleParts {
  const deps = activities.depsFor('ticket');
  const ask = async (): Promise<void> => {
    const asked = await readTicketStates(deps.activities, core.config.tenant);
    // What a system said may have held personal data: its originals are in the vault before the next round.
    if (asked > 0) await deps.originals.flush();
  };
  const onError = (error: unknown): void =>
    core.logger.warn({ err: error }, 'tickets could not be asked for');
  return {
    components: [
      activityWorker(core, 'ticket', deps),
      loopComponent('ticket-states', (signal) => every(askEveryMs, ask, { signal, onError })),
    ],
    routes: [],
    drain: async () => undefined,
  };
}
