import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

/** A process by its number and its start time: numbers are used again, the pair never is. */
export interface ProcessRecord {
  readonly pid: number;
  readonly startedAt: string;
}

const recordSchema = z.object({ pid: z.int().min(2), startedAt: z.string().min(1).max(200) });

/** Null where there is no such process, or only its remains. */
export async function recordOf(pid: number): Promise<ProcessRecord | null> {
  const startedAt = process.platform === 'linux' ? await linuxStart(pid) : await psStart(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export async function isRunning(record: ProcessRecord): Promise<boolean> {
  const now = await recordOf(record.pid);
  return now !== null && now.startedAt === record.startedAt;
}

export async function writeRecord(path: string, record: ProcessRecord): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Null where the file is missing or was cut short. */
export async function readRecord(path: string): Promise<ProcessRecord | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const parsed = recordSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

export interface Ending {
  readonly signal: NodeJS.Signals;
  /** After so long it is killed. */
  readonly graceMs: number;
}

const pollMs = 20;

/** Ends exactly that process, or finds it gone. Says which. */
export async function endProcess(
  record: ProcessRecord,
  ending: Ending,
): Promise<'gone' | 'ended' | 'killed'> {
  if (!(await isRunning(record))) return 'gone';
  send(record.pid, ending.signal);
  for (let waitedMs = 0; waitedMs < ending.graceMs; waitedMs += pollMs) {
    await delay(pollMs);
    if (!(await isRunning(record))) return 'ended';
  }
  send(record.pid, 'SIGKILL');
  while (await isRunning(record)) await delay(pollMs);
  return 'killed';
}

/** Ends what a record file names, if it still runs, and removes the file. */
export async function endRecorded(
  path: string,
  ending: Ending,
): Promise<'gone' | 'ended' | 'killed'> {
  const record = await readRecord(path);
  const how = record === null ? 'gone' : await endProcess(record, ending);
  await rm(path, { force: true });
  return how;
}

/** What a second Ctrl-C does: everything that we recorded is killed, now. */
export function killRecorded(dataDir: string | null): void {
  if (dataDir === null) return;
  // One that was stopped before it had made its folders has recorded nothing.
  if (!existsSync(join(dataDir, 'run'))) return;
  for (const name of readdirSync(join(dataDir, 'run'))) {
    const parsed = recordSchema.safeParse(
      parseJson(readFileSync(join(dataDir, 'run', name), 'utf8')),
    );
    if (parsed.success) send(parsed.data.pid, 'SIGKILL');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

const startField = 22;
const zombie = 'Z';

/** Clock ticks since boot, with the boot's own id: after a restart of the machine the same numbers come again. */
async function linuxStart(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The second field is the program's name in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const ticks = fields[startField - 3];
  if (state === zombie || ticks === undefined) return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${boot.trim()}/${ticks}`;
}

async function psStart(pid: number): Promise<string | null> {
  const answer = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    env: { LC_ALL: 'C' },
  }).catch(() => null);
  const [, state, started] = /^(\S+)\s+(.+)$/.exec(answer?.stdout.trim() ?? '') ?? [];
  return state === undefined || started === undefined || state.startsWith(zombie) ? null : started;
}
