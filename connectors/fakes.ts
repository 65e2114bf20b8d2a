import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { iamFake } from './aws-iam/fake.ts';
import { falconFake } from './crowdstrike/fake.ts';
import { startFake, type FakeProduct, type RunningFake } from './fake-server.ts';
import { sinkFake } from './generic-http/fake.ts';
import { githubFake } from './github/fake.ts';
import { oktaFake } from './okta/fake.ts';
import { startMailFake } from './smtp/fake.ts';
import { webhookFake } from './webhook/fake.ts';

/** Where each product's fake answers; `smtp` is an `smtp://` address. */
export type FakeUrls = Readonly<Record<'crowdstrike' | 'okta' | 'aws' | 'github' | 'sink' | 'webhook' | 'smtp', string>>;

export interface FakesOptions {
  /** State files live here, so that a restart finds everything as it was. */
  readonly dir: string;
  readonly host?: string;
  /** Product → port, for those that must come back at the same address. */
  readonly ports?: Partial<Record<keyof FakeUrls, number>>;
}

/** Starts every product's fake, each on a port of its own. */
export async function startFakes({ dir, host = '127.0.0.1', ports = {} }: FakesOptions): Promise<{ readonly urls: FakeUrls; stop(): Promise<void> }> {
  mkdirSync(dir, { recursive: true });
  const running: RunningFake[] = [];
  const start = async <State>(key: keyof FakeUrls, product: FakeProduct<State>): Promise<string> => {
    const fake = await startFake(product, { host, stateFile: join(dir, `${product.name}.json`), port: ports[key] ?? 0 });
    running.push(fake);
    return fake.url;
  };
  const mail = await startMailFake({ host, stateFile: join(dir, 'smtp.json'), port: ports.smtp ?? 0 });
  running.push(mail);
  const urls: FakeUrls = {
    crowdstrike: await start('crowdstrike', falconFake),
    okta: await start('okta', oktaFake),
    aws: await start('aws', iamFake),
    github: await start('github', githubFake),
    sink: await start('sink', sinkFake),
    webhook: await start('webhook', webhookFake),
    smtp: mail.url,
  };
  return {
    urls,
    stop: async () => {
      await Promise.all(running.map((fake) => fake.stop()));
    },
  };
}
