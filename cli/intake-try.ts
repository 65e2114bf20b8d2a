import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { yamlFiles } from '../catalog/load.ts';
import { readPolicy } from '../catalog/read-policy.ts';
import { SallyportError } from '../domain/errors.ts';
import type { PolicyInForce } from '../domain/rule.ts';
import { decodeBody } from '../intake/decode-body.ts';
import { intakeLimits } from '../intake/limits.ts';
import { tryBody, type TriedFinding } from '../intake/try.ts';
import { createRedactor } from '../redaction/redact.ts';
import { triageText } from './explain.ts';
import { usage, type Flags } from './flags.ts';
import { exitCodes, printJson, printLine, type CliIo } from './io.ts';
import { printable } from './printable.ts';

/** `sallyport intake try FILE`: what a body would become, by the rules at hand, without an engine. */
export async function tryOne(flags: Flags, io: CliIo): Promise<number> {
  const raw = await bodyOf(flags.words[1], io);
  const decoded = decodeBody(raw, undefined);
  if (decoded.kind !== 'body')
    return usage('the file is compressed in a way that intake does not read');
  // A key of this call only: tokens correlate within the answer and cannot be turned back.
  const redactor = createRedactor({
    tokenKeys: { current: 'once', keys: { once: randomBytes(32) } },
  });
  const tried = tryBody(decoded.body, {
    redactor,
    ...policyAt(flags, io),
    nowMs: io.clock.nowMs(),
  });
  if (flags.has('json')) printJson(io, tried);
  else for (const item of tried) printTried(item, io);
  return exitCodes.done;
}

/** The rules in the folder that is named, or in `policy/` here, or else those that are shipped. */
function policyAt(flags: Flags, io: CliIo): PolicyInForce {
  const named = resolve(io.workingDir, flags.text('policy') ?? 'policy');
  if (flags.text('policy') !== undefined && !existsSync(named)) usage(`there is no ${named}`);
  const { policy, digest, problems } = readPolicy(
    yamlFiles(existsSync(named) ? named : shippedPolicy),
  );
  const [first] = problems;
  if (policy === null)
    throw new SallyportError(
      'POLICY_INVALID',
      `${first?.file ?? named}:${first?.line ?? 1}: ${first?.message ?? 'there is no policy'}`,
    );
  return { policy, policyDigest: digest };
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

function printTried(tried: TriedFinding, io: CliIo): void {
  const { finding, correlation, triage, playbook, redactions } = tried;
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
  line('triage', `${triageText(triage)}${playbook === null ? '' : `, by playbook ${playbook}`}`);
  line('priority', `${triage.priority.level}: ${triage.priority.why}`);
  line('owner', `${triage.owner.team}: ${triage.owner.why}`);
  for (const one of redactions) line('redacted', `${one.action} ${one.kind} at ${one.path}`);
  printLine(io.stdout, '');
}
