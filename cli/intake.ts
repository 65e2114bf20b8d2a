import { isObject, type Json } from '../domain/json.ts';
import { decodeBody } from '../intake/decode-body.ts';
import { detectNothing } from '../intake/formats/registry.ts';
import { flatFinding, readBody } from '../intake/try.ts';
import type { ApiClient } from './client.ts';
import { readFlags, usage, type Flags } from './flags.ts';
import { listSources } from './intake-sources.ts';
import { tryOne } from './intake-try.ts';
import { readOriginal, replay } from './kept-alerts.ts';
import { showRejects } from './rejects.ts';
import { exitCodes, type CliCommand, type CliIo } from './io.ts';

export const intakeUsage = `sallyport intake try [FILE] [--policy DIR] [--json]
sallyport intake try --jsonl [--generic]
sallyport intake rejects [ID] [--limit N] [--json]
sallyport intake sources [--json]
sallyport intake replay --since TIME|7d [--until TIME] [--source S] [--rehearse] [--json]
sallyport intake original RECEIPT --reason WHY [--json]

try works offline and has no effect: what FILE (or standard input) would become, what redaction takes out of it, and
which rule of policy/correlation.yaml makes its key.
--jsonl: lines {"id","body_b64"} in, lines {"id","format","findings"} out, as read, before redaction.
--generic: as if no format were known.
rejects: deliveries that were refused, the newest first; with an id all that is kept of one, redacted.
replay: reads what was accepted since then once more, by the readers of today; what had a ticket gets no other.
original: the body as it came, of sources that keep it, as base64 on a terminal; who read it is written down.
sources: whether watched sources still speak, and how long their synthetic alerts took to a ticket.
`;

/** `connect` is called only by verbs that talk to an engine. */
export function createIntakeCommand(
  connect: (role: 'analyst' | 'admin') => Promise<Pick<ApiClient, 'call'>>,
): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, {
      jsonl: 'switch',
      generic: 'switch',
      limit: 'text',
      policy: 'text',
      since: 'text',
      until: 'text',
      source: 'text',
      rehearse: 'switch',
      reason: 'text',
    });
    const [verb] = flags.words;
    if (verb === 'try') return flags.has('jsonl') ? tryLines(flags, io) : tryOne(flags, io);
    if (verb === 'rejects') return showRejects(await connect('analyst'), flags, io);
    if (verb === 'replay') return replay(await connect('admin'), flags, io);
    if (verb === 'original') return readOriginal(await connect('admin'), flags, io);
    if (verb === 'sources') return listSources(await connect('analyst'), flags, io);
    io.stderr.write(intakeUsage);
    return exitCodes.usage;
  };
}

const linesBytesMax = 512 * 1024 * 1024;

async function tryLines(flags: Flags, io: CliIo): Promise<number> {
  const input = await io.stdin.read(linesBytesMax);
  for (const line of input.toString('utf8').split('\n')) {
    if (line.trim() === '') continue;
    const { id, body } = parseLine(line);
    const findings = readBody(body, flags.has('generic') ? detectNothing : undefined);
    io.stdout.write(
      `${JSON.stringify({ id, format: findings[0]?.format ?? '', findings: findings.map(flatFinding) })}\n`,
    );
  }
  return exitCodes.done;
}

function parseLine(line: string): { readonly id: Json; readonly body: Uint8Array } {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return usage('each line must be {"id", "body_b64"}');
  }
  if (!isObject(record) || typeof record['body_b64'] !== 'string')
    return usage('each line must be {"id", "body_b64"}');
  const raw = Buffer.from(record['body_b64'], 'base64');
  const decoded = decodeBody(raw, undefined);
  return { id: record['id'] ?? null, body: decoded.kind === 'body' ? decoded.body : raw };
}
