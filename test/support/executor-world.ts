import type { ActivityDeps } from '../../activities/deps.ts';
import type { EffectItem } from '../../activities/contract.ts';
import { createUnderWay } from '../../activities/under-way.ts';
import type { Connection } from '../../connectors/contract.ts';
import { falconFake } from '../../connectors/crowdstrike/fake.ts';
import { startFake, type RunningFake } from '../../connectors/fake-server.ts';
import type { Order } from '../../domain/order.ts';
import type { Policy } from '../../domain/policy.ts';
import type { EffectCommand } from '../../domain/run.types.ts';
import { createEgress, type Egress } from '../../platform/http.ts';
import { createBoardStore } from '../../store/board.ts';
import { openInstance, type Instance } from '../../store/instance.ts';
import type { Gate } from '../../store/gates.ts';
import { court, insertIncident, testClock, type Court } from './approvals.ts';
import { anOrder, people, type Person } from './orders.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';

/** The executor's surroundings, all real but the product: PostgreSQL, the egress door, a fake Falcon over HTTP. */
export interface ExecutorWorld {
  readonly pg: TestPostgres;
  readonly falcon: RunningFake;
  readonly deps: ActivityDeps;
  readonly court: Court;
  readonly carol: Person;
  readonly dave: Person;
  readonly policy: { -readonly [Key in keyof Policy]: Policy[Key] };
  /** Opens a gate for containing web-7 and lets carol and dave approve it. */
  approved(over?: Partial<Order>): Promise<Gate>;
  contain(gate: Gate, over?: Partial<EffectCommand>): EffectItem;
  fault(fault: Record<string, unknown>): Promise<void>;
  /** How often the fake really contained or lifted. */
  actions(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const emptyPolicy: Policy = {
  schema: 1,
  triage: [],
  priority: { criticality: [], exposure: [], values: {} },
  routing: { owners: [], fallback: 'secops' },
  approvals: [],
  budgets: [],
  protectedTargets: [],
  grants: [
    {
      playbook: 'host-malware',
      connection: 'edr',
      capabilities: ['crowdstrike.host.contain', 'crowdstrike.host.lift'],
      fields: ['*'],
    },
  ],
  suppressions: [],
  correlation: [],
  cases: { withinMs: 0, membersMax: 2, keys: [] },
  quiet: { deploys: null, staleMs: null },
};

export async function startExecutorWorld(): Promise<ExecutorWorld> {
  const [pg, falcon] = await Promise.all([startTestPostgres(), startFake(falconFake)]);
  const clock = testClock(Date.now());
  const instance = await openInstance(pg.url);
  const egress = createEgress({
    clock: { nowMs: () => Date.now() },
    limits: { totalTimeoutMs: 2_000, headersTimeoutMs: 2_000 },
  });
  const policy = { ...emptyPolicy };
  const connections = new Map([['edr', edr(falcon.url)]]);
  const deps: ActivityDeps = {
    db: pg.db,
    clock,
    connections,
    egress,
    ports: { board: createBoardStore(pg.db), deploys: null },
    policy: () => policy,
    redact: (value) => value,
    reveal: (value) => Promise.resolve(value),
    instance: instance.id,
    underWay: createUnderWay(),
    observe: () => undefined,
    count: () => undefined,
  };
  const { carol, dave } = people('carol', 'dave');
  const judge = court(pg.db, clock);
  await judge.register(carol, dave);
  await insertIncident(pg.db, 'inc_1');
  const made = { pg, falcon, deps, court: judge, carol, dave, policy };
  return { ...made, ...verbs(made), stop: () => stopAll({ pg, falcon, egress, instance }) };
}

export const edr = (address: string): Connection => ({
  name: 'edr',
  connector: 'crowdstrike',
  address,
  secretRef: 'file:edr',
  secret: { reveal: () => 'fake-client:fake-secret' },
  options: {},
  egress: { hosts: [], private: true },
});

type Made = Pick<ExecutorWorld, 'falcon' | 'court' | 'carol' | 'dave'>;

function verbs({
  falcon,
  court: judge,
  carol,
  dave,
}: Made): Pick<ExecutorWorld, 'approved' | 'contain' | 'fault' | 'actions'> {
  let orders = 0;
  return {
    approved: async (over = {}) => {
      orders += 1;
      const order = containOrder({ address: falcon.url, nowMs: judge.clock.nowMs(), orders }, over);
      const gate = await judge.open(order);
      await judge.vote(carol, gate);
      await judge.vote(dave, gate);
      return gate;
    },
    contain: (gate, over = {}) => ({ run: refOf(gate), command: { ...commandOf(gate), ...over } }),
    fault: async (fault) => {
      await fetch(`${falcon.url}/__control`, { method: 'POST', body: JSON.stringify(fault) });
    },
    actions: async () => {
      const { state } = (await (await fetch(`${falcon.url}/__state`)).json()) as {
        state: { actions: { action: string; id: string }[] };
      };
      return state.actions.map(({ action }) => action);
    },
  };
}

function containOrder(
  at: { address: string; nowMs: number; orders: number },
  over: Partial<Order>,
): Order {
  return anOrder({
    runKey: `run_${at.orders}`,
    capability: 'crowdstrike.host.contain',
    connection: {
      name: 'edr',
      connector: 'crowdstrike',
      address: at.address,
      secretRef: 'file:edr',
    },
    target: { kind: 'host', id: 'web-7' },
    parameters: { host: 'web-7' },
    precondition: {
      capability: 'crowdstrike.host.read',
      state: { host: 'web-7', status: 'normal' },
    },
    undo: {
      capability: 'crowdstrike.host.lift',
      effect: 'disruptive',
      parameters: { host: 'web-7' },
    },
    notBefore: new Date(at.nowMs - 1_000).toISOString(),
    expiresAt: new Date(at.nowMs + 3_600_000).toISOString(),
    nonce: `n-${at.orders}`,
    ...over,
  });
}

function refOf(gate: Gate): EffectItem['run'] {
  return {
    key: gate.runKey,
    tenant: 'acme',
    incidentId: 'inc_1',
    playbook: 'host-malware',
    version: 1,
    planDigest: gate.order.playbook.digest,
    policyDigest: gate.order.policyDigest,
    requester: 'alice',
  };
}

function commandOf(gate: Gate): EffectCommand {
  return {
    kind: 'effect',
    id: `${gate.step}#0`,
    step: 'contain',
    iteration: 0,
    call: {
      capability: 'crowdstrike.host.contain',
      connectorVersion: '1.0.0',
      connection: 'edr',
      effect: 'disruptive',
      privilege: 'act',
      input: { host: 'web-7' },
    },
    idempotencyKey: `key-${gate.id}`,
    ticket: null,
    orderDigest: gate.orderDigest,
    gateId: gate.id,
    purpose: 'act',
  };
}

async function stopAll(world: {
  pg: TestPostgres;
  falcon: RunningFake;
  egress: Egress;
  instance: Instance;
}): Promise<void> {
  await world.egress.close();
  await world.instance.close();
  await world.falcon.stop();
  await world.pg.stop();
}
