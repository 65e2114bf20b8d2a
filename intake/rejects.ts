import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import { insertReject, type RejectRow } from '../store/rejects.ts';
import { intakeLimits } from './limits.ts';

/** A delivery that was answered with an error: who, why, and what it said. */
export interface Rejection {
  readonly source: string;
  readonly reason: ErrorCode;
  readonly detail: string;
  readonly sender: string;
  readonly body: Uint8Array;
}

export interface Rejects {
  /** Never waits, never throws: the answer to the sender does not depend on it. */
  record(rejection: Rejection): void;
  drained(): Promise<void>;
}

export interface RejectsDeps {
  readonly db: Database;
  readonly tenant: string;
  readonly clock: Clock;
  readonly redactText: (text: string) => string;
}

interface Window {
  readonly startMs: number;
  written: number;
  unwritten: number;
}

const windowMs = 60_000;
const otherSources = '(other sources)';

/**
 * SECURITY: anyone can cause rejections. At most `rejectsPerMinuteMax` rows per source and minute are written; what
 * goes beyond is only counted, and said by one row when the next minute's first rejection comes.
 */
export function createRejects(deps: RejectsDeps): Rejects {
  const windows = new Map<string, Window>();
  const views = { startMs: 0, chars: 0 };
  let last: Promise<void> = Promise.resolve();
  const write = (row: RejectRow): void => {
    last = last.then(() => save(deps, row)).catch(() => undefined);
  };
  return {
    record: (rejection) => {
      const nowMs = deps.clock.nowMs();
      const source = known(windows, deps.redactText(rejection.source).slice(0, 64));
      const before = windows.get(source);
      const isFresh = before !== undefined && nowMs - before.startMs < windowMs;
      const window = isFresh ? before : { startMs: nowMs, written: 0, unwritten: 0 };
      windows.set(source, window);
      if (before !== undefined && !isFresh && before.unwritten > 0) {
        write(
          row(
            deps,
            {
              ...rejection,
              source,
              detail: `${before.unwritten} more in the minute from ${isoTime(before.startMs)}`,
              body: new Uint8Array(),
            },
            0,
          ),
        );
      }
      if (window.written >= intakeLimits.rejectsPerMinuteMax) {
        window.unwritten += 1;
        return;
      }
      window.written += 1;
      write(row(deps, { ...rejection, source }, viewChars(views, nowMs, rejection)));
    },
    drained: () => last,
  };
}

function known(windows: Map<string, Window>, source: string): string {
  return windows.has(source) || windows.size < intakeLimits.rejectSourcesMax
    ? source
    : otherSources;
}

/** SECURITY: who may be anyone cannot fill the disk with what is kept: beyond the minute's bound it is a beginning. */
function viewChars(
  views: { startMs: number; chars: number },
  nowMs: number,
  { body }: Rejection,
): number {
  if (nowMs - views.startMs >= windowMs) Object.assign(views, { startMs: nowMs, chars: 0 });
  const chars = Math.min(body.byteLength, intakeLimits.rejectViewChars);
  if (views.chars + chars > intakeLimits.rejectViewCharsPerMinuteMax)
    return intakeLimits.rejectHeadChars;
  views.chars += chars;
  return chars;
}

function row(deps: RejectsDeps, rejection: Rejection, chars: number): RejectRow {
  // Twice as much is redacted as is kept, so that a secret across the cut is still known as one.
  const head = Buffer.from(rejection.body.subarray(0, 2 * chars))
    .toString('utf8')
    .replaceAll('\0', '\ufffd');
  const entry = newEntry(
    {
      tenant: deps.tenant,
      type: 'alert.rejected',
      actor: { kind: 'source', id: rejection.source },
      incident: null,
      run: null,
      subject: null,
      outcome: 'refused',
      data: {
        reason: rejection.reason,
        detail: rejection.detail,
        sender: rejection.sender,
        bodyBytes: rejection.body.byteLength,
      },
    },
    deps.clock,
  );
  return {
    id: entry.id.replace('aud_', 'rej_'),
    tenant: deps.tenant,
    source: rejection.source,
    reason: rejection.reason,
    detail: rejection.detail,
    sender: rejection.sender,
    head: deps.redactText(head).slice(0, chars).toWellFormed(),
    at: entry.time,
    entry,
  };
}

async function save(deps: RejectsDeps, row: RejectRow): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await insertReject(tx, row);
    await appendEntries(tx, [row.entry]);
  });
}
