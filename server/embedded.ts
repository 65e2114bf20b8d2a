import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes, printLine } from '../cli/io.ts';
import type { CliIo } from '../cli/io.ts';
import { readEnvironment } from '../platform/config.ts';
import { ensureApprovers } from './demo-people.ts';
import { tellFirstStart } from './first-start.ts';
import { startLaps } from './laps.ts';
import { readRestored } from '../store/timeline.ts';
import { runOnce } from './once.ts';
import { openEmbedded } from './open-embedded.ts';
import type { Embedded } from './open-embedded.ts';
import { killRecorded } from './process-record.ts';
import { shippedConfig } from './serve.ts';
import { listenForStop } from './stop-signal.ts';

/** `npm start` and `sallyport start`: everything in the foreground until Ctrl-C. `--once` plays the story and ends. */
export async function startEmbedded(args: readonly string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      config: { type: 'string' },
      once: { type: 'boolean' },
      verbose: { type: 'boolean' },
      'no-samples': { type: 'boolean' },
    },
  });
  const surroundings = readEnvironment();
  const environment =
    values.data === undefined
      ? surroundings
      : { ...surroundings, dataDir: resolve(io.workingDir, values.data) };
  const configPath =
    values.config === undefined
      ? (environment.configPath ?? shippedConfig)
      : resolve(io.workingDir, values.config);
  if (values.once === true) return runOnce({ environment, configPath, io });
  const laps = startLaps();
  let embedded: Embedded | null = null;
  const stopping = listenForStop(io.stderr, () => killRecorded(embedded?.config.dataDir ?? null));
  try {
    embedded = await openEmbedded({ environment, configPath, laps, onStatus: () => undefined });
    await ensureApprovers(embedded);
    printLine(
      io.stdout,
      `Sallyport is ready at ${embedded.url} after ${(laps.totalMs() / 1000).toFixed(1)} s.`,
    );
    if ((await readRestored(embedded.core.db)) !== null)
      printLine(
        io.stdout,
        'The database is an older copy: alerts are taken in, nothing else is done until `sallyport recover`.',
      );
    if (embedded.temporalUi !== null)
      printLine(io.stdout, `Temporal's own view: ${embedded.temporalUi}`);
    if (values.verbose === true) for (const line of laps.lines()) printLine(io.stdout, `  ${line}`);
    if (embedded.isFirstStart && values['no-samples'] !== true)
      await tellFirstStart(embedded, { io, signal: stopping.signal });
    await stopping.asked;
    return exitCodes.done;
  } finally {
    await embedded?.stop();
    stopping.dispose();
  }
}
