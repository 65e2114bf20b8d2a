import { stoppedScopes, setSwitch } from '../store/switches.ts';
import { notifyWork } from '../store/notify.ts';
import type { Identity } from './access.ts';
import type { PeopleDeps } from './people-deps.ts';
import { switchChange } from './people.schema.ts';
import type { Answer, Route } from './route.ts';
import { ok, readers, route } from './route.ts';
import { keepTyped } from './typed-text.ts';

/** Stopping is for everybody on duty; letting go again is for those who answer for what then runs. */
export function switchRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/stops',
      summary: 'Kill switches that are on',
      roles: readers,
      handle: async () => ok({ stops: await stoppedScopes(deps.db) }),
    }),
    route({
      method: 'POST',
      path: '/v1/stop',
      summary: 'Stop effects: all, actions, tickets, of a connector or of a playbook',
      roles: ['analyst', 'approver', 'admin'],
      body: switchChange,
      handle: ({ body, who }) => turn(deps, { ...body, who, stopped: true }),
    }),
    route({
      method: 'POST',
      path: '/v1/resume',
      summary: 'Let effects run again',
      roles: ['approver', 'admin'],
      body: switchChange,
      handle: ({ body, who }) => turn(deps, { ...body, who, stopped: false }),
    }),
  ];
}

function turn(
  deps: PeopleDeps,
  {
    scope,
    reason,
    who,
    stopped,
  }: { scope: string; reason: string; who: Identity; stopped: boolean },
): Promise<Answer> {
  return deps.db.transaction(async (tx) => {
    const typed = await keepTyped(tx, deps, reason);
    const changed = await setSwitch(
      tx,
      { tenant: deps.tenant, scope, stopped, reason: typed, actor: who.actor },
      deps.clock,
    );
    await notifyWork(tx);
    return ok({ scope, stopped, changed, stops: await stoppedScopes(tx) });
  });
}
