import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { SallyportError } from '../domain/errors.ts';
import { recordChild } from './child-end.ts';
import { outputKeeper } from './child-output.ts';
import { freePort } from './free-port.ts';
import { giveWay } from './give-way.ts';
import { spawnHeld } from './held-child.ts';
import { endRecorded } from './process-record.ts';
import type { Component } from './supervise.ts';
import { partitionsOf } from './temporal-partitions.ts';
import { temporalArguments, temporalEnvironment, temporalReady } from './temporal-process.ts';

export interface EmbeddedTemporal extends Component {
  /** Both are known once it has started for the first time, and the same after each restart. */
  readonly address: () => string;
  readonly uiUrl: () => string;
}

interface Ports {
  readonly port: number;
  readonly uiPort: number;
}

export interface EmbeddedTemporalOptions {
  readonly dataDir: string;
  readonly cli: string | null;
  readonly namespace: string;
  readonly port: number;
  readonly uiPort: number;
}

export const temporalEnding = { signal: 'SIGTERM', graceMs: 5_000 } as const;
/** What a dead engine left serves nobody and its file outlives a kill: asking it to end would cost a start a second. */
const leftEnding = { signal: 'SIGKILL', graceMs: 5_000 } as const;

/** Stops what a killed engine left: two servers on one SQLite file would ruin it. Then gives a component to supervise. */
export async function prepareTemporal(options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  const { cli, dataDir, namespace } = options;
  if (cli === null)
    throw new SallyportError(
      'CONFIG_INVALID',
      'there is no temporal CLI; start with `npm start`, or set TEMPORAL_CLI or TEMPORAL_ADDRESS',
    );
  const recordPath = join(dataDir, 'run', 'temporal.json');
  await endRecorded(recordPath, leftEnding);
  const file = join(dataDir, 'temporal', 'temporal.db');
  const made = join(dataDir, 'temporal', 'made');
  await removeUnfinished(file, [made, join(dataDir, 'cli.json')]);
  const partitions = await partitionsOf(file, made);
  let known: Ports | null = null;
  const keepOutput = outputKeeper(join(dataDir, 'logs', 'temporal.log'));
  const start: Component['start'] = async () => {
    await endRecorded(recordPath, leftEnding);
    const ports = known ?? (await freePorts(options));
    const child = spawnHeld(cli, temporalArguments({ ...ports, namespace, file, partitions }), {
      cwd: dataDir,
      env: temporalEnvironment(dataDir),
    });
    giveWay(child.pid);
    // Listened for from the first moment: one that dies at once must not be waited for for ever.
    const ready = temporalReady(child);
    const [running] = await Promise.all([
      recordChild(child, { recordPath, ending: temporalEnding }),
      ready,
    ]);
    await writeFile(made, String(partitions));
    known = ports;
    keepOutput(child.stderr);
    return running;
  };
  return {
    name: 'temporal',
    address: () => `127.0.0.1:${known?.port ?? 0}`,
    uiUrl: () => `http://127.0.0.1:${known?.uiPort ?? 0}/namespaces/${namespace}`,
    start,
  };
}

const freePorts = async (wanted: Ports): Promise<Ports> => ({
  port: await freePort(wanted.port),
  uiPort: await freePort(wanted.uiPort),
});

/**
 * A server that was killed while it made its file refuses that file for ever. One that never served, by none of the
 * `proofs`, held nothing yet and is made anew.
 */
async function removeUnfinished(file: string, proofs: readonly string[]): Promise<void> {
  if (proofs.some((proof) => existsSync(proof))) return;
  await Promise.all(
    ['', '-wal', '-shm', '-journal'].map((end) => rm(`${file}${end}`, { force: true })),
  );
}

const retentionDays = 30;
const daySeconds = 86_400;

/** The dev server makes namespaces that forget after a day; ours keeps closed runs for thirty. */
export async function keepHistories(connection: Connection, namespace: string): Promise<void> {
  const wanted = retentionDays * daySeconds;
  const known = await connection.workflowService.describeNamespace({ namespace });
  if (Number(known.config?.workflowExecutionRetentionTtl?.seconds ?? 0) === wanted) return;
  const config = { workflowExecutionRetentionTtl: { seconds: wanted } };
  // The field is an int64 on the wire; its generated type asks for a Long but a number is accepted.
  await connection.workflowService.updateNamespace({ namespace, config: config as never });
}
