import { iamFake } from '../../connectors/aws-iam/fake.ts';
import type { CallContext, Connection } from '../../connectors/contract.ts';
import { falconFake } from '../../connectors/crowdstrike/fake.ts';
import {
  startFake,
  type FakeProduct,
  type Fault,
  type RunningFake,
} from '../../connectors/fake-server.ts';
import { sinkFake, sinkFakeOptions } from '../../connectors/generic-http/fake.ts';
import { githubFake } from '../../connectors/github/fake.ts';
import { oktaFake } from '../../connectors/okta/fake.ts';
import { webhookFake, webhookFakeSecret } from '../../connectors/webhook/fake.ts';
import type { JsonObject } from '../../domain/json.ts';
import { systemClock } from '../../platform/clock.ts';
import { createEgress, type Egress } from '../../platform/http.ts';

/** Short, so that a fake that never answers costs a test little; long enough for a busy machine's loopback. */
const testTimeoutMs = 1_000;

export interface ProductWorld {
  readonly ctx: CallContext;
  readonly egress: Egress;
  readonly connection: Connection;
  /** The next matching call fails so. */
  fail(fault: Partial<Fault>): Promise<void>;
  /** What the fake holds, and how often each of its paths was called. */
  holds(): Promise<{
    readonly state: Record<string, unknown>;
    readonly calls: Readonly<Record<string, number>>;
  }>;
  stopProduct(): Promise<void>;
  close(): Promise<void>;
}

interface Product {
  // The state's type is the fake's own affair.
  readonly start: () => Promise<RunningFake>;
  readonly secret: string | null;
  readonly options: JsonObject;
}

const product = <State>(
  fake: FakeProduct<State>,
  secret: string | null,
  options: JsonObject = {},
): Product => ({ start: () => startFake(fake), secret, options });

const products: Readonly<Record<string, Product>> = {
  crowdstrike: product(falconFake, 'fake-client:fake-secret'),
  okta: product(oktaFake, 'fake-okta-token'),
  'aws-iam': product(iamFake, 'AKIAFAKEENGINE000000:fake-aws-secret'),
  github: product(githubFake, 'fake-github-token', { owner: 'corp', repo: 'incidents' }),
  'generic-http': product(sinkFake, null, sinkFakeOptions),
  webhook: product(webhookFake, webhookFakeSecret),
};

/** A fresh fake of the product and a connection to it, through the real egress door. */
export async function openProduct(connector: string, secret?: string): Promise<ProductWorld> {
  const wanted = products[connector];
  if (wanted === undefined) throw new TypeError(`no fake for ${connector}`);
  const fake = await wanted.start();
  const egress = createEgress({ clock: systemClock, limits: { totalTimeoutMs: testTimeoutMs } });
  const connection = aConnection({
    connector,
    address: fake.url,
    secret: secret ?? wanted.secret,
    options: wanted.options,
  });
  let running = true;
  const stopProduct = async (): Promise<void> => {
    if (running) await fake.stop();
    running = false;
  };
  return {
    ctx: aContext(connection, egress),
    egress,
    connection,
    fail: async (fault) => {
      const response = await fetch(`${fake.url}/__control`, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      if (response.status !== 200) throw new TypeError(await response.text());
    },
    holds: async () =>
      (await (await fetch(`${fake.url}/__state`)).json()) as {
        state: Record<string, unknown>;
        calls: Record<string, number>;
      },
    stopProduct,
    close: async () => {
      await egress.close();
      await stopProduct();
    },
  };
}

export function aConnection(fields: {
  connector: string;
  address: string;
  secret?: string | null;
  options?: JsonObject;
}): Connection {
  const { connector, address, secret = null, options = {} } = fields;
  return {
    name: `test-${connector}`,
    connector,
    address,
    secretRef: 'env:TEST',
    secret: secret === null ? null : { reveal: () => secret },
    options,
    egress: { hosts: [], private: true },
  };
}

export function aContext(connection: Connection, egress: Egress): CallContext {
  const { signal } = new AbortController();
  return {
    connection,
    http: egress.clientFor(connection),
    idempotencyKey: 'effect-key-1',
    tenant: 'tenant-1',
    clock: systemClock,
    signal,
    ports: { board: null, deploys: null },
  };
}
