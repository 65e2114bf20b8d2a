import { dispatch } from '../cli/dispatch.ts';
import type { CliIo, TextSink } from '../cli/io.ts';
import type { Gate } from '../store/gates.ts';
import type { Embedded } from './open-embedded.ts';

/** The very commands that a person would type; their output is shown only where they fail. */
export async function cli(
  embedded: Embedded,
  io: CliIo,
  words: readonly string[],
): Promise<number> {
  let said = '';
  const sink: TextSink = { write: (text) => void (said += text), isTerminal: false };
  const isOffline = words[0] === 'verify';
  const code = await dispatch(
    [...words, ...(isOffline ? [] : ['--data', embedded.config.dataDir])],
    { ...io, stdout: sink, stderr: sink },
  );
  if (code !== 0 && !isOffline) io.stderr.write(said);
  return code;
}

interface Device {
  readonly hostname: string;
  readonly status: string;
}

/** What the fake EDR holds, asked of itself. */
export async function edr({ fakes }: Embedded): Promise<{
  readonly devices: readonly Device[];
  readonly actions: readonly unknown[];
}> {
  const response = await fetch(`${fakes['crowdstrike']}/__state`);
  // The fake is ours: `connectors/crowdstrike/fake.ts` says what it answers.
  const { state } = (await response.json()) as {
    state: { devices: readonly Device[]; actions: readonly unknown[] };
  };
  return state;
}

export async function effects({ core }: Embedded, gate: Gate, capability: string): Promise<number> {
  const [row] = await core.db.query<{ count: number }>(
    "select count(*) as count from effects where incident_id = $1 and capability = $2 and state = 'done'",
    [gate.incidentId, capability],
  );
  return row?.count ?? 0;
}

export async function runStatus({ core }: Embedded, gate: Gate): Promise<string> {
  const [row] = await core.db.query<{ status: string }>('select status from runs where key = $1', [
    gate.runKey,
  ]);
  return row?.status ?? 'absent';
}
