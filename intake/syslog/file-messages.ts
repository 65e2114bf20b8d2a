import { hash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { errorTable, SallyportError } from '../../domain/errors.ts';
import { fileRequest, type IntakeDeps, type KnownSource } from '../accept.ts';
import { intakeLimits } from '../limits.ts';
import type { Frame } from './frames.ts';
import { syslogEvent, type SyslogZone } from './message.ts';

/** Files what one connection or one turn of a socket brought. Resolves once it is committed, or `signal` ends it. */
export type FileMessages = (frames: readonly Frame[], signal: AbortSignal) => Promise<void>;

export interface SyslogFiling {
  readonly known: KnownSource;
  readonly offsetMinutes: number;
  /** Hears of messages that can never be committed, or not before the end. */
  readonly lost: (messages: number, why: string) => void;
}

/**
 * The same way in as that of a request. Syslog has no answer that could say "come again": what cannot be committed now
 * is tried again here, while the sender's bytes wait in its socket.
 */
export function createFileMessages<Sealed>(
  deps: IntakeDeps<Sealed>,
  { known, offsetMinutes, lost }: SyslogFiling,
): FileMessages {
  return async (frames, signal) => {
    const nowMs = deps.clock.nowMs();
    const zone: SyslogZone = { nowMs, offsetMinutes };
    const raw = Buffer.concat(frames.map(({ text }) => text));
    const events = frames.map((frame) => eventOf(frame, zone));
    const request = {
      headers: {},
      body: raw,
      nowMs,
      read: Buffer.from(JSON.stringify(events)),
      // Syslog repeats nothing: what says the same twice was sent twice.
      deliveryId: `syslog:${hash('sha256', raw, 'hex')}:${randomUUID()}`,
    };
    for (;;) {
      try {
        await fileRequest(deps, known, request);
        return;
      } catch (error) {
        const mayComeAgain =
          error instanceof SallyportError && errorTable[error.code].status === 503;
        if (!mayComeAgain || signal.aborted)
          return lost(frames.length, mayComeAgain ? error.code : 'they could not be filed');
        const waitMs = error.retryAfterMs ?? intakeLimits.retryAfterMs;
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  };
}

function eventOf({ text, isCut }: Frame, zone: SyslogZone): ReturnType<typeof syslogEvent> {
  const event = syslogEvent(Buffer.from(text).toString('utf8'), zone);
  return isCut ? { ...event, truncated: true } : event;
}
