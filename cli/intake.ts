import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { yamlFiles } from '../catalog/load.ts';
import { readPolicy } from '../catalog/read-policy.ts';
import { SallyportError } from '../domain/errors.ts';
import { isObject, type Json } from '../domain/json.ts';
import { createCorrelator, type Correlate } from '../intake/correlation.ts';
import { decodeBody } from '../intake/decode-body.ts';
import { detectNothing } from '../intake/formats/registry.ts';
import { intakeLimits } from '../intake/limits.ts';
import { flatFinding, readBody, tryBody, type TriedFinding } from '../intake/try.ts';
import { createRedactor } from '../redaction/redact.ts';
import type { ApiClient } from './client.ts';
import { readFlags, usage, type Flags } from './flags.ts';
import { listSources } from './intake-sources.ts';
import { readOriginal, replay } from './kept-alerts.ts';
import { exitCodes, printJson, printLine, type CliCommand, type CliIo } from './io.ts';
import { printable } from './printable.ts';
import { table, type Column } from './table.ts';

export const intakeUsage = `sallyport intake try [FILE] [--policy DIR] [--json]
sallyport intake try --jsonl [--generic]
sallyport intake rejects [--limit N] [--json]
sallyport intake sources [--json]
sallyport intake replay --since TIME|7d [--until TIME] [--source S] [--rehearse] [--json]
sallyport intake original RECEIPT --reason WHY [--json]

try works offline and has no effect: what FILE (or standard input) would become, what redaction takes out of it, and
which rule of policy/correlation.yaml makes its key.
--jsonl: lines {"id","body_b64"} in, lines {"id","format","findings"} out, as read, before redaction.
--generic: as if no format were known.
rejects: deliveries that were refused, the newest first.
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
    if (verb === 'rejects') return listRejects(await connect('analyst'), flags, io);
    if (verb === 'replay') return replay(await connect('admin'), flags, io);
    if (verb === 'original') return readOriginal(await connect('admin'), flags, io);
    if (verb === 'sources') return listSources(await connect('analyst'), flags, io);
    io.stderr.write(intakeUsage);
    return exitCodes.usage;
  };
}

async function tryOne(flags: Flags, io: CliIo): Promise<number> {
  const raw = await bodyOf(flags.words[1], io);
  const decoded = decodeBody(raw, undefined);
  if (decoded.kind !== 'body')
    return usage('the file is compressed in a way that intake does not read');
  // A key of this call only: tokens correlate within the answer and cannot be turned back.
  const redactor = createRedactor({
    tokenKeys: { current: 'once', keys: { once: randomBytes(32) } },
  });
  const tried = tryBody(decoded.body, { redactor, correlate: correlatorAt(flags, io) });
  if (flags.has('json')) printJson(io, tried);
  else for (const item of tried) printTried(item, io);
  return exitCodes.done;
}

/** The rules in the folder that is named, or in `policy/` here, or else those that are shipped. */
function correlatorAt(flags: Flags, io: CliIo): Correlate {
  const named = resolve(io.workingDir, flags.text('policy') ?? 'policy');
  if (flags.text('policy') !== undefined && !existsSync(named)) usage(`there is no ${named}`);
  const { policy, problems } = readPolicy(yamlFiles(existsSync(named) ? named : shippedPolicy));
  const [first] = problems;
  if (policy === null)
    throw new SallyportError(
      'POLICY_INVALID',
      `${first?.file ?? named}:${first?.line ?? 1}: ${first?.message ?? 'there is no policy'}`,
    );
  return createCorrelator(policy.correlation);
}

const shippedPolicy = fileURLToPath(new URL('../policy', import.meta.url));

async function bodyOf(path: string | undefined, io: CliIo): Promise<Uint8Array> {
  if (path === undefined || path === '-') return io.stdin.read(intakeLimits.bodyBytesMax);
  const file = resolve(io.workingDir, path);
  const size = await stat(file).then(
    (found) => found.size,
    () => usage(`there is no ${path}`),
  );
  if (size > intakeLimits.bodyBytesMax)
    throw new SallyportError(
      'BODY_TOO_LARGE',
      `a delivery has at most ${intakeLimits.bodyBytesMax} bytes`,
    );
  return readFile(file);
}

function printTried({ finding, correlation, redactions }: TriedFinding, io: CliIo): void {
  const line = (label: string, text: string): void => {
    if (text !== '') printLine(io.stdout, `${label.padEnd(12)} ${printable(text)}`);
  };
  line('finding', `${finding.format} ${finding.kind} ${finding.id}`);
  line('title', finding.title);
  line(
    'severity',
    `${finding.severityId}${finding.severitySource === null ? '' : ` (${finding.severitySource.path}: ${finding.severitySource.value})`}`,
  );
  line('time', finding.time ?? '');
  line('status', finding.status);
  line('resources', finding.resources.map((item) => `${item.type} ${item.name}`).join(', '));
  line('actors', finding.actors.map((item) => `${item.type} ${item.name}`).join(', '));
  line('observables', finding.observables.map((item) => `${item.type} ${item.value}`).join(', '));
  line('notes', finding.notes.join(', '));
  line(
    'joins by',
    `${correlation.rule}: ${correlation.parts.join(', ') || 'nothing, it stands alone'}`,
  );
  line('key', correlation.key);
  for (const one of redactions) line('redacted', `${one.action} ${one.kind} at ${one.path}`);
  printLine(io.stdout, '');
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

interface Reject {
  readonly at: string;
  readonly source: string;
  readonly reason: string;
  readonly sender: string;
  readonly detail: string;
  readonly head: string;
}

const columns: readonly Column<Reject>[] = [
  { title: 'time', charsMax: 24, cell: (row) => row.at },
  { title: 'source', charsMax: 24, cell: (row) => row.source },
  { title: 'reason', charsMax: 24, cell: (row) => row.reason },
  { title: 'sender', charsMax: 40, cell: (row) => row.sender },
  { title: 'detail', charsMax: 60, cell: (row) => row.detail },
  { title: 'head', charsMax: 60, cell: (row) => row.head },
];

async function listRejects(api: Pick<ApiClient, 'call'>, flags: Flags, io: CliIo): Promise<number> {
  const limit = flags.text('limit');
  // Our own API answered; its shape is tested with it.
  const answer = (await api.call(
    'GET',
    `/v1/rejects${limit === undefined ? '' : `?limit=${encodeURIComponent(limit)}`}`,
  )) as { readonly rejects: readonly Reject[] };
  if (flags.has('json')) printJson(io, answer.rejects);
  else
    io.stdout.write(
      answer.rejects.length === 0 ? 'Nothing was rejected.\n' : table(answer.rejects, columns),
    );
  return exitCodes.done;
}
