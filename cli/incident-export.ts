import type { JsonObject } from '../domain/json.ts';
import { readFlags } from './flags.ts';
import { exitCodes, printLine, type CliIo } from './io.ts';
import type { Session } from './session.ts';

interface Page {
  readonly findings: readonly JsonObject[];
  readonly next: string | null;
}

/** Page by page, so that an incident of many alerts needs no memory. JSON text has no control characters to defuse. */
export async function exportFindings(
  session: Session,
  args: readonly string[],
  io: CliIo,
): Promise<number> {
  const flags = readFlags(args, {});
  const id = flags.word(0, 'the incident');
  const client = await session.client('analyst');
  let query = '?limit=500';
  for (;;) {
    // Our own API answered; its shape is tested with it.
    const page = (await client.call(
      'GET',
      `/v1/incidents/${encodeURIComponent(id)}/ocsf${query}`,
    )) as Page;
    for (const finding of page.findings) printLine(io.stdout, JSON.stringify(finding));
    if (page.next === null) return exitCodes.done;
    query = `?limit=500&cursor=${encodeURIComponent(page.next)}`;
  }
}
