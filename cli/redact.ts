import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type { Readable, Writable } from 'node:stream';
import { isObject, type Json } from '../domain/json.ts';
import { checkRules } from '../redaction/check-rules.ts';
import { compiledRules } from '../redaction/policy.ts';
import type { Redactor } from '../redaction/redact.ts';
import type { RedactionReport, Replacement } from '../redaction/report.ts';
import { redactStream } from '../redaction/stream.ts';

export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const usage = `usage: sallyport redact [FILE] [--jsonl] [--explain] [--check]
  FILE or standard input of any size: text, JSON or lines of JSON; the redacted form goes to standard output
  --jsonl    lines {"id","text"} in, lines {"id","text"} out
  --explain  lists what was replaced, where and by which rule, on standard error
  --check    prints nothing; exit status 1 if something would be redacted
  --check-rules  reads nothing: tries each rule on its examples; exit status 1 if one does not hold
`;

/** Works offline. Exit status: 0 done, 1 `--check` found something, 2 wrong arguments or an unreadable file. */
export async function redactCommand(
  args: readonly string[],
  io: CommandIo & { readonly redactor: Redactor },
): Promise<number> {
  const parsed = parse(args);
  if (parsed === null) {
    io.stderr.write(usage);
    return 2;
  }
  if (parsed.checkRules) return sayRules(io);
  try {
    const input =
      parsed.file === undefined || parsed.file === '-' ? io.stdin : createReadStream(parsed.file);
    return parsed.jsonl
      ? await redactLines(input, { ...io, ...parsed })
      : await redactAll(input, { ...io, ...parsed });
  } catch (error) {
    io.stderr.write(`sallyport redact: ${error instanceof Error ? error.message : 'failed'}\n`);
    return 2;
  }
}

function sayRules(io: CommandIo): number {
  const { rules, examples, faults } = checkRules(compiledRules());
  for (const fault of faults) io.stderr.write(`${fault}\n`);
  io.stdout.write(`${rules} rules, ${examples} examples: ${faults.length} do not hold\n`);
  return faults.length === 0 ? 0 : 1;
}

interface Flags {
  readonly jsonl: boolean;
  readonly explain: boolean;
  readonly check: boolean;
  readonly checkRules: boolean;
}

function parse(args: readonly string[]): (Flags & { file: string | undefined }) | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        jsonl: { type: 'boolean' },
        explain: { type: 'boolean' },
        check: { type: 'boolean' },
        'check-rules': { type: 'boolean' },
      },
    });
    if (positionals.length > 1) return null;
    return {
      jsonl: values.jsonl === true,
      explain: values.explain === true,
      check: values.check === true,
      checkRules: values['check-rules'] === true,
      file: positionals[0],
    };
  } catch {
    return null;
  }
}

type Errand = Flags & CommandIo & { readonly redactor: Redactor };

async function redactAll(input: Readable, errand: Errand): Promise<number> {
  let found = false;
  for await (const part of redactStream(errand.redactor, decoded(input))) {
    found ||= hasFindings(part.report);
    if (errand.explain)
      explain(part.report, errand.stderr, part.line === 1 ? '' : `line ${part.line}: `);
    if (!errand.check && !errand.stdout.write(part.text)) await once(errand.stdout, 'drain');
  }
  return errand.check && found ? 1 : 0;
}

async function* decoded(input: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const chunk of input)
    yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

async function redactLines(input: Readable, errand: Errand): Promise<number> {
  let found = false;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const record = parseLine(line);
    const { text, report } = errand.redactor.redactText(record.text);
    found ||= hasFindings(report);
    if (errand.explain) explain(report, errand.stderr);
    if (!errand.check) errand.stdout.write(`${JSON.stringify({ id: record.id, text })}\n`);
  }
  return errand.check && found ? 1 : 0;
}

function parseLine(line: string): { id: Json; text: string } {
  const record: unknown = JSON.parse(line);
  if (!isObject(record) || typeof record['text'] !== 'string')
    throw new TypeError('each line must be {"id", "text"}');
  return { id: record['id'] ?? null, text: record['text'] };
}

const hasFindings = (report: RedactionReport): boolean =>
  report.replacements.length > 0 || report.bounds.length > 0;

function explain(report: RedactionReport, out: Writable, place = ''): void {
  for (const one of report.replacements) out.write(`${place}${explained(one)}\n`);
  for (const bound of report.bounds)
    out.write(
      `${place}masked what lies beyond the bound "${bound.bound}" at ${bound.path === '' ? '/' : bound.path}\n`,
    );
}

function explained(one: Replacement): string {
  const behind = one.decoders === undefined ? '' : ` behind ${one.decoders.join(', ')}`;
  const sure = one.confidence === 'certain' ? '' : ` (${one.confidence})`;
  return `${one.action} ${one.kind} by ${one.rule} at ${one.path === '' ? '/' : one.path}${behind}${sure}`;
}
