import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { makeDataDir } from '../../server/data-dir.ts';
import { freePort } from '../../server/free-port.ts';
import { supervise } from '../../server/supervise.ts';
import type { Supervised } from '../../server/supervise.ts';
import { prepareTemporal } from '../../server/temporal.ts';
import { temporalBinary } from '../support/temporal.ts';

let parent = '';
let up: Supervised[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sallyport-ports-'));
  up = [];
});
afterEach(async () => {
  await Promise.all(up.map((each) => each.stop()));
  await rm(parent, { recursive: true, force: true });
});

it('engines that want the same ports at the same moment all come up, each at ports of its own', async () => {
  const [port, uiPort] = [await freePort(0), await freePort(0)];
  const cli = await temporalBinary();
  const addresses = await Promise.all(
    ['first', 'second', 'third'].map(async (name) => {
      const dataDir = join(parent, name);
      await makeDataDir(dataDir);
      const temporal = await prepareTemporal({ dataDir, cli, namespace: name, port, uiPort });
      up.push(await supervise(temporal, { clock: systemClock, onChange: () => undefined }));
      return temporal.address();
    }),
  );
  expect(new Set(addresses).size).toBe(3);
});
