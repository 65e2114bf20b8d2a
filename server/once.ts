import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CliIo } from '../cli/io.ts';
import { exitCodes, printLine } from '../cli/io.ts';
import type { Environment } from '../platform/config.ts';
import { ensureApprovers } from './demo-people.ts';
import { startLaps } from './laps.ts';
import { playStory } from './once-story.ts';
import type { Check } from './once-story.ts';
import { openEmbedded } from './open-embedded.ts';
import type { Embedded } from './open-embedded.ts';
import { killRecorded } from './process-record.ts';
import { listenForStop } from './stop-signal.ts';
import { storyRows, storyTable } from './story.ts';

export interface OnceOptions {
  readonly environment: Environment;
  readonly configPath: string;
  readonly io: CliIo;
}

/** The whole story without a person, each outcome checked. Exit code 0 only if all of them hold. */
export async function runOnce({ environment, configPath, io }: OnceOptions): Promise<number> {
  const temporary =
    environment.dataDir === null ? await mkdtemp(join(tmpdir(), 'sallyport-once-')) : null;
  const dataDir = temporary ?? environment.dataDir;
  const laps = startLaps();
  const stopping = listenForStop(io.stderr, () => killRecorded(dataDir));
  let embedded: Embedded | null = null;
  try {
    embedded = await openEmbedded({
      environment: { ...environment, dataDir },
      configPath,
      laps,
      onStatus: () => undefined,
    });
    await ensureApprovers(embedded);
    printLine(io.stdout, `ready after ${(laps.totalMs() / 1000).toFixed(1)} s`);
    const checks = await playStory(embedded, { io, signal: stopping.signal });
    io.stdout.write(`\n${storyTable(await storyRows(embedded.core.db, embedded.config.tenant))}\n`);
    tellChecks(checks, io);
    return checks.every((check) => check.holds) && !stopping.signal.aborted
      ? exitCodes.done
      : exitCodes.refused;
  } finally {
    await embedded?.stop();
    stopping.dispose();
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  }
}

function tellChecks(checks: readonly Check[], io: CliIo): void {
  for (const { what, holds, detail } of checks)
    printLine(
      io.stdout,
      `${holds ? 'ok  ' : 'FAIL'} ${what}${detail === '' ? '' : ` (${detail})`}`,
    );
  const failed = checks.filter((check) => !check.holds).length;
  printLine(
    io.stdout,
    failed === 0
      ? `all ${checks.length} checks hold`
      : `${failed} of ${checks.length} checks failed`,
  );
}
