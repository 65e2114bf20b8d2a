import { printLine } from '../cli/io.ts';
import type { CliIo } from '../cli/io.ts';
import type { Embedded } from './open-embedded.ts';
import { deliverSamples } from './samples.ts';
import { isSettled, until } from './settle.ts';
import { storyRows, storyTable, tellNext } from './story.ts';

const settleLimitMs = 60_000;

/** A fresh installation plays its sample alerts in, and says what came of them and what to do next. */
export async function tellFirstStart(
  embedded: Embedded,
  options: { readonly io: CliIo; readonly signal: AbortSignal },
): Promise<void> {
  const { io, signal } = options;
  const { config, core } = embedded;
  printLine(
    io.stdout,
    '\nFirst start: sending sample alerts of several products to our own intake …',
  );
  const delivered = await deliverSamples(embedded);
  const findings = delivered.reduce((sum, each) => sum + each.findings, 0);
  const settled = await until(() => isSettled(core.db), { signal, limitMs: settleLimitMs });
  if (signal.aborted) return;
  const rows = await storyRows(core.db, config.tenant);
  printLine(
    io.stdout,
    `${delivered.length} deliveries with ${findings} findings became ${rows.length} incidents${settled ? '' : '; some are still at work'}:\n`,
  );
  io.stdout.write(storyTable(rows));
  await tellNext(embedded, io);
}
