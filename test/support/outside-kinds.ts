import type { ActivityDeps } from '../../activities/deps.ts';
import type { EffectItem, RunRef } from '../../activities/contract.ts';
import { createEffectActivities } from '../../activities/executor.ts';
import { createLookupActivities } from '../../activities/lookup.ts';
import type { Connection } from '../../connectors/contract.ts';
import { falconFake } from '../../connectors/crowdstrike/fake.ts';
import { startFake, type RunningFake } from '../../connectors/fake-server.ts';
import { sinkFake, sinkFakeOptions } from '../../connectors/generic-http/fake.ts';
import { webhookFake, webhookFakeSecret } from '../../connectors/webhook/fake.ts';
import type { PrivilegeClass } from '../../domain/capability.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Outcome } from '../../domain/run.types.ts';
import { edr, type ExecutorWorld } from './executor-world.ts';

type Call = (deps: ActivityDeps) => Promise<readonly Outcome[]>;

/** What the engine does outside, each through the door that it takes in production. */
export interface OutsideKind {
  readonly name: string;
  /** The request that does it, as fakes are told which to fail. */
  readonly match: string;
  /** How it ends where the answer is not what the product promises. */
  readonly oddAnswer: 'ok' | 'RESPONSE_INVALID';
  start(): Promise<RunningFake>;
  connection(address: string): Connection;
  /** Makes everything ready for it; the call may be repeated as a run repeats it. */
  prepare(world: ExecutorWorld, connection: Connection): Promise<Call>;
  /** How often it was done; null for what only reads. */
  count(url: string): Promise<number | null>;
}

const run: RunRef = {
  key: 'run_outside',
  tenant: 'acme',
  incidentId: 'inc_1',
  playbook: 'host-malware',
  version: 1,
  planDigest: 'd',
  policyDigest: 'd',
  requester: 'alice',
};

const grant = (connection: string, capability: string): object => ({
  playbook: run.playbook,
  connection,
  capabilities: [capability],
  fields: ['*'],
});

interface Free {
  readonly capability: string;
  readonly privilege: PrivilegeClass;
  readonly input: JsonObject;
}

let keys = 0;

/** An effect that needs no warrant, under a key that was never used. */
function freeEffect(connection: Connection, { capability, privilege, input }: Free): EffectItem {
  keys += 1;
  return {
    run,
    command: {
      kind: 'effect',
      id: 'step#0',
      step: 'step',
      iteration: 0,
      call: {
        capability,
        connectorVersion: '1.0.0',
        connection: connection.name,
        effect: 'reversible',
        privilege,
        input,
      },
      idempotencyKey: `outside-${keys}`,
      ticket: null,
      orderDigest: null,
      gateId: null,
      purpose: 'act',
    },
  };
}

const executed =
  (item: EffectItem): Call =>
  (deps) =>
    createEffectActivities(deps).executeMany([item]);

async function stateOf<State>(url: string): Promise<State> {
  const answer = await fetch(`${url}/__state`);
  // `connectors/fake-server.ts` answers so.
  return ((await answer.json()) as { state: State }).state;
}

function allow(world: ExecutorWorld, connection: Connection, capability: string): void {
  world.policy.grants = [...world.policy.grants, grant(connection.name, capability)] as never;
}

const desk = (address: string): Connection => ({
  name: 'desk',
  connector: 'generic-http',
  address,
  secretRef: '',
  secret: null,
  options: { auth: { kind: 'none' }, ...sinkFakeOptions },
  egress: { hosts: [], private: true },
});

const ticketInput: JsonObject = {
  externalKey: 'acme-inc-1',
  title: 'Malware on web-7',
  body: 'Seen once.',
  priority: 'P2',
  team: 'secops',
};

const contain: OutsideKind = {
  name: 'an action',
  match: 'POST /devices/entities/devices-actions/v2',
  oddAnswer: 'ok',
  start: () => startFake(falconFake),
  connection: edr,
  prepare: async (world, { name, connector, address, secretRef }) => {
    const gate = await world.approved({ connection: { name, connector, address, secretRef } });
    return executed(world.contain(gate));
  },
  count: async (url) => (await stateOf<{ actions: unknown[] }>(url)).actions.length,
};

const ticket: OutsideKind = {
  name: 'a ticket',
  match: 'POST /tickets',
  oddAnswer: 'ok',
  start: () => startFake(sinkFake),
  connection: desk,
  prepare: async (world, connection) => {
    const capability = 'generic-http.ticket.ensure';
    allow(world, connection, capability);
    return executed(
      freeEffect(connection, { capability, privilege: 'ticket', input: ticketInput }),
    );
  },
  count: async (url) => (await stateOf<{ tickets: unknown[] }>(url)).tickets.length,
};

const comment: OutsideKind = {
  ...ticket,
  name: 'a comment',
  match: 'POST /tickets/1/comments',
  start: async () => {
    const fake = await startFake(sinkFake);
    const body = JSON.stringify({ external_id: 'acme-inc-1' });
    await fetch(`${fake.url}/tickets`, { method: 'POST', body });
    return fake;
  },
  prepare: async (world, connection) => {
    const capability = 'generic-http.ticket.comment';
    allow(world, connection, capability);
    const input = { ticketId: '1', key: 'comment-1', body: 'Seen twice.' };
    return executed(freeEffect(connection, { capability, privilege: 'ticket', input }));
  },
  count: async (url) => (await stateOf<{ comments: number }>(url)).comments,
};

const message: OutsideKind = {
  name: 'a notification',
  match: 'POST /',
  oddAnswer: 'ok',
  start: () => startFake(webhookFake),
  connection: (address) => ({
    name: 'oncall',
    connector: 'webhook',
    address,
    secretRef: 'file:oncall',
    secret: { reveal: () => webhookFakeSecret },
    options: {},
    egress: { hosts: [], private: true },
  }),
  prepare: async (world, connection) => {
    const capability = 'webhook.message.send';
    allow(world, connection, capability);
    const input = { subject: 'Malware on web-7', body: 'A gate is open.' };
    return executed(freeEffect(connection, { capability, privilege: 'notify', input }));
  },
  // The receiver drops an id that it has seen, as the standard has it.
  count: async (url) => Object.keys((await stateOf<{ messages: object }>(url)).messages).length,
};

const mailTimeoutMs = 1_000;

/** A mail to one person, by a server that is told what to do in the test's own process. */
export function mailFrom(
  world: ExecutorWorld,
  address: string,
): { readonly connection: Connection; readonly call: Call } {
  const connection: Connection = {
    name: 'post',
    connector: 'smtp',
    address,
    secretRef: 'file:post',
    secret: { reveal: () => 'fake-user:fake-password' },
    options: { from: 'sallyport@corp.example', to: ['soc@corp.example'], timeoutMs: mailTimeoutMs },
    egress: { hosts: [], private: true },
  };
  const capability = 'smtp.message.send';
  allow(world, connection, capability);
  const input = { subject: 'Malware on web-7', body: 'A gate is open.' };
  return {
    connection,
    call: executed(freeEffect(connection, { capability, privilege: 'notify', input })),
  };
}

const lookup: OutsideKind = {
  name: 'a lookup',
  match: 'GET /assets',
  oddAnswer: 'RESPONSE_INVALID',
  start: () => startFake(sinkFake),
  connection: desk,
  prepare: async (world, connection) => {
    const capability = 'generic-http.record.read';
    allow(world, connection, capability);
    const { call } = freeEffect(connection, {
      capability,
      privilege: 'lookup',
      input: { params: { name: 'web-7' } },
    }).command;
    const item = {
      run,
      command: {
        kind: 'lookup',
        id: 'asset#0',
        step: 'asset',
        iteration: 0,
        call: { ...call, effect: 'read' },
        select: { '*': '$' },
        required: true,
        late: false,
      },
    } as const;
    return (deps) => createLookupActivities(deps).lookupMany([item]);
  },
  count: async () => null,
};

export const outsideKinds: readonly OutsideKind[] = [contain, ticket, comment, message, lookup];
