import { afterEach, describe, expect, it } from 'vitest';
import { checkConnection } from '../../connectors/check.ts';
import { systemClock } from '../../platform/clock.ts';
import { openProduct, type ProductWorld } from '../support/connector-world.ts';

let world: ProductWorld;
afterEach(() => world.close());

async function checked(connector: string, secret?: string): Promise<unknown> {
  world = await openProduct(connector, secret);
  return check();
}

const check = async (): Promise<unknown> =>
  checkConnection(world.connection, {
    egress: world.egress,
    clock: systemClock,
    ports: { board: null, deploys: null },
    tenant: 'tenant-1',
    signal: new AbortController().signal,
  });

describe('a check of a connection', () => {
  it.each([
    ['crowdstrike', 'fake-client:fake-secret', 'yes'],
    ['crowdstrike', 'fake-reader:fake-secret', 'no'],
    ['okta', 'fake-okta-token', 'yes'],
    ['okta', 'fake-okta-reader', 'no'],
    ['aws-iam', 'AKIAFAKEENGINE000000:fake-aws-secret', 'yes'],
    ['aws-iam', 'AKIAFAKEREADER000000:fake-aws-secret', 'no'],
    ['github', 'fake-github-token', 'yes'],
    ['github', 'fake-github-reader', 'no'],
  ])('of %s with %s tells whether it can write', async (connector, secret, canWrite) => {
    expect(await checked(connector, secret)).toEqual({
      reach: 'ok',
      credential: 'ok',
      canWrite,
      notes: [],
    });
  });

  it.each([
    ['crowdstrike', 'nobody:nothing'],
    ['okta', 'wrong'],
    ['aws-iam', 'AKIAFAKEENGINE000000:wrong'],
    ['github', 'wrong'],
  ])('of %s tells that a credential is refused', async (connector, secret) => {
    expect(await checked(connector, secret)).toMatchObject({ reach: 'ok', credential: 'refused' });
  });

  it.each(['crowdstrike', 'okta', 'aws-iam', 'github', 'generic-http', 'webhook'])(
    'of %s changes nothing there',
    async (connector) => {
      world = await openProduct(connector);
      const before = (await world.holds()).state;
      await check();
      const { state } = await world.holds();
      expect({ ...state, issued: 0 }).toEqual({ ...before, issued: 0 });
    },
  );

  it('tells that nobody answers', async () => {
    world = await openProduct('okta');
    await world.stopProduct();
    expect(await check()).toMatchObject({ reach: 'failed', credential: 'unknown' });
  });

  it('never says the secret', async () => {
    expect(JSON.stringify(await checked('okta', 'canary-secret-value'))).not.toContain('canary');
  });
});
