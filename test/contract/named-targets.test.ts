import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EffectItem, GateAnswer, GateItem } from '../../activities/contract.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { createEffectActivities } from '../../activities/executor.ts';
import { createGateActivities } from '../../activities/gate.ts';
import type { Connection } from '../../connectors/contract.ts';
import { startFake, type RunningFake } from '../../connectors/fake-server.ts';
import { oktaFake } from '../../connectors/okta/fake.ts';
import type { JsonObject } from '../../domain/json.ts';
import { revealTokens } from '../../redaction/tokens.ts';
import { loadGate } from '../../store/gates.ts';
import { startExecutorWorld, type ExecutorWorld } from '../support/executor-world.ts';
import { aRule } from '../support/orders.ts';

/** As an alert and a lookup name a person: the address was redacted before anything was stored. */
const login = '<email:k1.abcdefghijklmnopqrstuvwxyz>';
const clear = 'dana@corp.example';

let world: ExecutorWorld;
let okta: RunningFake;
let deps: ActivityDeps;
beforeEach(async () => {
  [world, okta] = await Promise.all([startExecutorWorld(), startFake(oktaFake)]);
  const connections = new Map([...world.deps.connections, ['idp', idp(okta.url)]]);
  deps = { ...world.deps, connections, reveal };
  world.policy.approvals = [
    aRule({ id: 'directors', target: '*@corp.example', quorum: 2 }),
    aRule({ id: 'all', quorum: 1 }),
  ];
  world.policy.grants = [
    {
      playbook: 'host-malware',
      connection: 'idp',
      capabilities: ['okta.user.suspend'],
      fields: ['*'],
    },
  ];
});
afterEach(() => Promise.all([world.stop(), okta.stop()]));

const reveal: ActivityDeps['reveal'] = async (value, { kinds }) =>
  (await revealTokens(value, kinds, () => Promise.resolve(clear))).value as JsonObject;

const protect = (match: string): void => {
  world.policy.protectedTargets = [{ id: 'glass', kind: 'user', match, reason: 'the last way in' }];
};

const ask = (): Promise<GateAnswer> => createGateActivities(deps).openGate(suspension());

describe('a person whom redaction made a token', () => {
  it('has no gate opened where policy protects them by their name', async () => {
    protect('dana@*');
    const answer = await ask();
    expect(answer).toMatchObject({ kind: 'error', code: 'TARGET_PROTECTED' });
    expect(JSON.stringify(answer)).not.toContain('corp.example');
  });

  it('is decided on by those whom policy names for them, and not named to anybody', async () => {
    expect(await ask()).toMatchObject({ kind: 'opened' });
    const [gate] = await world.pg.db.query<{ order_body: unknown }>(
      'select order_body from gates order by opened_at desc limit 1',
    );
    expect(gate?.order_body).toMatchObject({ rule: { id: 'directors' }, target: { id: login } });
    expect(JSON.stringify(gate)).not.toContain(clear);
  });

  it('is not acted upon where policy protects them since the vote', async () => {
    const item = await suspending();
    protect('dana@*');
    const [outcome] = await createEffectActivities(deps).executeMany([item]);
    expect(outcome).toMatchObject({ kind: 'error', code: 'TARGET_PROTECTED' });
    expect(JSON.stringify(await world.court.entries())).not.toContain(clear);
    expect((await suspended()).length).toBe(0);
  });

  it('is acted upon where policy protects others', async () => {
    const item = await suspending();
    protect('break-glass*');
    const [outcome] = await createEffectActivities(deps).executeMany([item]);
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect((await suspended()).length).toBe(1);
  });

  it('is not turned back where no rule asks for a name', async () => {
    world.policy.approvals = [aRule({ id: 'all', quorum: 1 })];
    world.policy.protectedTargets = [{ id: 'dc', kind: 'host', match: 'dc-*', reason: 'a drill' }];
    const turned: unknown[] = [];
    const watched: ActivityDeps = {
      ...deps,
      reveal: (value, reason) => {
        turned.push(value);
        return reveal(value, reason);
      },
    };
    expect(await createGateActivities(watched).openGate(suspension())).toMatchObject({
      kind: 'opened',
    });
    expect(turned).not.toContainEqual({ id: login });
  });

  it('is left alone where nobody can tell any more who it is', async () => {
    const item = await suspending();
    protect('break-glass*');
    const lost: ActivityDeps = { ...deps, reveal: () => Promise.reject(new Error('no original')) };
    const [outcome] = await createEffectActivities(lost).executeMany([item]);
    expect(outcome).toMatchObject({ kind: 'error' });
    expect((await suspended()).length).toBe(0);
  });
});

/** The gate as the engine opens it, approved by two people, and the effect that its run then asks for. */
async function suspending(): Promise<EffectItem> {
  await ask();
  const [opened] = await world.pg.db.query<{ id: string }>('select id from gates');
  const gate = await loadGate(world.pg.db, opened?.id ?? '');
  await world.court.vote(world.carol, gate);
  await world.court.vote(world.dave, gate);
  return world.contain(gate, { call, step: 'suspend' });
}

async function suspended(): Promise<readonly unknown[]> {
  const shown = (await (await fetch(`${okta.url}/__state`)).json()) as {
    state: { actions: unknown[] };
  };
  return shown.state.actions;
}

const call = {
  capability: 'okta.user.suspend',
  connectorVersion: '1.0.0',
  connection: 'idp',
  effect: 'disruptive',
  privilege: 'act',
  input: { login },
} as const;

function suspension(): GateItem {
  return {
    workflowId: 'respond/run_1',
    run: {
      key: 'run_1',
      tenant: 'acme',
      incidentId: 'inc_1',
      playbook: 'host-malware',
      version: 1,
      planDigest: 'p'.repeat(64),
      policyDigest: 'q'.repeat(64),
      requester: 'alice',
    },
    command: {
      kind: 'open-gate',
      id: 'ask#0',
      step: 'ask',
      iteration: 0,
      action: 'suspend',
      call,
      target: login,
      undo: { capability: 'okta.user.unsuspend', input: { login } },
      evidence: { account: login },
      expiresMs: 3_600_000,
      remindMs: 600_000,
    },
  };
}

const idp = (address: string): Connection => ({
  name: 'idp',
  connector: 'okta',
  address,
  secretRef: 'file:idp',
  secret: { reveal: () => 'fake-okta-token' },
  options: {},
  egress: { hosts: [], private: true },
});
