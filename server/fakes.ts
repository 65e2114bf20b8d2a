import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SallyportError } from '../domain/errors.ts';
import { recordChild } from './child-end.ts';
import { outputKeeper } from './child-output.ts';
import { spawnHeld } from './held-child.ts';
import { endRecorded } from './process-record.ts';
import type { Component } from './supervise.ts';

const main = fileURLToPath(new URL('./fakes-main.ts', import.meta.url));
export const fakesEnding = { signal: 'SIGTERM', graceMs: 2_000 } as const;

/** The first line that the fakes print: product → address. */
const lineSchema = z.record(z.string().max(64), z.url().max(256));

export interface EmbeddedFakes extends Component {
  /** Known once it has started for the first time; the same after each restart. */
  readonly addresses: () => Readonly<Record<string, string>>;
}

/** The outside products, as HTTP servers in a process of their own whose memory lies in the data directory. */
export async function prepareFakes(dataDir: string): Promise<EmbeddedFakes> {
  const recordPath = join(dataDir, 'run', 'fakes.json');
  await endRecorded(recordPath, fakesEnding);
  const keepOutput = outputKeeper(join(dataDir, 'logs', 'fakes.log'));
  let known: Readonly<Record<string, string>> = {};
  const start: Component['start'] = async () => {
    const child = spawnHeld(process.execPath, [main, '--state', join(dataDir, 'fakes')], {
      env: {},
    });
    keepOutput(child.stderr);
    const running = await recordChild(child, { recordPath, ending: fakesEnding });
    const first = await Promise.race([
      firstLine(child.stdout),
      running.ended.then((how) => {
        throw new SallyportError(
          'VENDOR_UNAVAILABLE',
          `the fakes did not start (${how}); see logs/fakes.log`,
        );
      }),
    ]);
    known = lineSchema.parse(JSON.parse(first));
    return running;
  };
  return { name: 'fakes', addresses: () => known, start };
}

/** Never comes from a child that was not made. */
const firstLine = (stream: Readable | null): Promise<string> =>
  new Promise((resolve) => {
    if (stream?.readable === true) createInterface({ input: stream }).once('line', resolve);
  });

/** `FAKE_OKTA_URL` and so on: what the shipped configuration refers to. */
export function fakeVariables(
  addresses: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(addresses).map(([name, url]) => [
      `FAKE_${name.toUpperCase().replaceAll('-', '_')}_URL`,
      url,
    ]),
  );
}
