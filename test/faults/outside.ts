import { falconFake } from '../../connectors/crowdstrike/fake.ts';
import type { FalconState } from '../../connectors/crowdstrike/fake.ts';
import { startFake } from '../../connectors/fake-server.ts';
import type { FakeProduct } from '../../connectors/fake-server.ts';
import { sinkFake } from '../../connectors/generic-http/fake.ts';
import type { SinkState } from '../../connectors/generic-http/fake.ts';

/** The products that the engine acts on. They live in the test's own process, so that no kill reaches them. */
export interface Outside {
  readonly deskUrl: string;
  readonly edrUrl: string;
  desk(): Promise<SinkState>;
  edr(): Promise<FalconState>;
  stop(): Promise<void>;
}

export const hostName = (index: number): string => `node-${index}`;

/** A ticket system that ignores idempotency keys, and an EDR with `hosts` hosts that counts what it was told. */
export async function openOutside(hosts: number): Promise<Outside> {
  const desk = await startFake(sinkFake);
  const edr = await startFake(manyHosts(hosts));
  return {
    deskUrl: desk.url,
    edrUrl: edr.url,
    desk: () => stateOf(desk.url),
    edr: () => stateOf(edr.url),
    stop: async () => {
      await Promise.all([desk.stop(), edr.stop()]);
    },
  };
}

function manyHosts(hosts: number): FakeProduct<FalconState> {
  const [model] = falconFake.initial().devices;
  if (model === undefined) throw new Error('the fake knows no device');
  const devices = Array.from({ length: hosts }, (_, index) => ({
    ...model,
    device_id: index.toString(16).padStart(32, '0'),
    hostname: hostName(index),
  }));
  return { ...falconFake, initial: () => ({ devices, actions: [], issued: 0 }) };
}

async function stateOf<State>(url: string): Promise<State> {
  const answer = await fetch(`${url}/__state`);
  // `connectors/fake-server.ts` answers so.
  return ((await answer.json()) as { state: State }).state;
}
