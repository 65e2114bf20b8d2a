import { stat } from 'node:fs/promises';
import { createDecisionCheck } from './verify/decisions.ts';
import { checkExport } from './verify/export-file.ts';
import { collectFindings } from './verify/findings.ts';
import type { Findings, Problem } from './verify/findings.ts';
import { checkDirectory } from './verify/log-directory.ts';
import { readLoggedEntry } from './verify/logged-entry.ts';
import type { NoteKey, SignedHead } from './verify/note.ts';
import { parseNoteKey } from './verify/note.ts';

export type { Problem, ProblemKind } from './verify/findings.ts';

export interface VerifyOptions {
  /** C2SP verifier keys (`name+hash+key`). One of them must have signed the checkpoint. */
  readonly publicKeys: readonly string[];
  /** The log's name; by default that of the key. */
  readonly origin?: string;
  /** Checkpoints kept from earlier visits: the log must have grown from each of them. Log directories only. */
  readonly kept?: readonly string[];
}

export interface VerifyReport {
  readonly ok: boolean;
  /** Most basic first; the first one names the first wrong entry. */
  readonly problems: readonly Problem[];
  /** What is worth knowing and no fault. */
  readonly notes: readonly string[];
  readonly head: { readonly origin: string; readonly size: number; readonly root: string } | null;
  /** Entries that were read and checked. */
  readonly entries: number;
}

const heartbeatGapMs = 5 * 60_000;

/**
 * Checks a log directory or an export file offline. Shares no code with what writes the log, so that a fault there
 * cannot hide itself. Reads untrusted files and never throws for what they hold.
 */
export async function verifyLog(path: string, options: VerifyOptions): Promise<VerifyReport> {
  const findings = collectFindings();
  const content = readContent(findings);
  const keys = options.publicKeys.map(parseNoteKey).filter((key): key is NoteKey => key !== null);
  if (keys.length < options.publicKeys.length || keys.length === 0)
    findings.add('checkpoint', null, 'a key is missing or malformed: expected name+hash+base64');
  const there = await stat(path).catch(() => null);
  if (there === null) findings.add('format', null, 'there is nothing at that path');
  const check = {
    keys,
    origin: options.origin,
    onEntry: (bytes: Buffer, index: number) => content.read(bytes, index),
  };
  let head: SignedHead | null = null;
  if (there?.isDirectory() === true)
    head = await checkDirectory({ ...check, dir: path, kept: options.kept ?? [] }, findings);
  else if (there !== null) head = await checkExport({ ...check, path }, findings);
  return {
    ok: findings.problems.length === 0,
    problems: firstThingsFirst(findings.problems),
    notes: findings.notes,
    head:
      head === null
        ? null
        : { origin: head.origin, size: head.size, root: head.root.toString('base64') },
    entries: content.count(),
  };
}

/** What entries say, in their order: form, repeated ids, decisions, heartbeats. */
function readContent(findings: Findings): {
  read(bytes: Buffer, index: number): void;
  count(): number;
} {
  const decisions = createDecisionCheck(findings);
  const ids = new Map<string, number>();
  let count = 0;
  let heartbeat: string | null = null;
  return {
    count: () => count,
    read(bytes, index) {
      count += 1;
      const entry = readLoggedEntry(bytes, index, findings);
      if (entry === null) return;
      const earlier = ids.get(entry.id);
      if (earlier !== undefined)
        findings.add('entry-repeated', index, `it has the id of entry ${earlier}`);
      ids.set(entry.id, index);
      decisions.read(entry);
      if (entry.type !== 'log.heartbeat') return;
      if (heartbeat !== null && Date.parse(entry.time) - Date.parse(heartbeat) > heartbeatGapMs)
        findings.note(`no heartbeat from ${heartbeat} to ${entry.time}`);
      heartbeat = entry.time;
    },
  };
}

/** What breaks the log itself comes before what its content lacks: a dropped vote shows as both. */
function firstThingsFirst(problems: readonly Problem[]): Problem[] {
  const rank = (problem: Problem): number =>
    problem.kind === 'decision'
      ? 2
      : problem.kind === 'not-canonical' ||
          problem.kind === 'format' ||
          problem.kind === 'entry-repeated'
        ? 1
        : 0;
  return problems.toSorted((a, b) => rank(a) - rank(b) || (a.index ?? -1) - (b.index ?? -1));
}
