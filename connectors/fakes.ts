import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
export type FakeUrls = Readonly<
  Record<'crowdstrike' | 'okta' | 'aws' | 'github' | 'sink' | 'webhook' | 'smtp', string>
>;

export interface FakesOptions {
  /** State files live here, so that a restart finds everything as it was. */
  readonly dir: string;
  readonly host?: string;
}

/** Starts every product's fake, each on a port of its own: the one of last time, if it is still free. */
export async function startFakes({
  dir,
  host = '127.0.0.1',
}: FakesOptions): Promise<{ readonly urls: FakeUrls; stop(): Promise<void> }> {
  mkdirSync(dir, { recursive: true });
  const running: RunningFake[] = [];
  const book = join(dir, 'addresses.json');
  const before = recall(book);
  const serve = async (
    key: keyof FakeUrls,
    open: (port: number) => Promise<RunningFake>,
  ): Promise<string> => {
    const port = Number(new URL(before[key] ?? 'http://none.invalid').port);
    const fake = await open(port).catch(() => open(0));
    running.push(fake);
    return fake.url;
  };
  const start = <State>(product: FakeProduct<State>): Promise<string> =>
    serve(product.name, (port) =>
      startFake(product, { host, port, stateFile: join(dir, `${product.name}.json`) }),
    );
  const urls: FakeUrls = {
    crowdstrike: await start(falconFake),
    okta: await start(oktaFake),
    aws: await start(iamFake),
    github: await start(githubFake),
    sink: await start(sinkFake),
    webhook: await start(webhookFake),
    smtp: await serve('smtp', (port) =>
      startMailFake({ host, port, stateFile: join(dir, 'smtp.json') }),
    ),
  };
  // Renamed into place: half a book would keep the fakes from ever starting again.
  writeFileSync(`${book}.next`, JSON.stringify(urls));
  renameSync(`${book}.next`, book);
  return {
    urls,
    stop: async () => {
      await Promise.all(running.map((fake) => fake.stop()));
    },
  };
}

function recall(book: string): Partial<FakeUrls> {
  // Our own file, written above.
  return existsSync(book) ? (JSON.parse(readFileSync(book, 'utf8')) as Partial<FakeUrls>) : {};
}
