import { randomBytes } from 'node:crypto';
import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { base32 } from '../domain/digest.ts';
import type { Actor } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';
import { voidGate } from './gates.ts';
import { notifyWork } from './notify.ts';
import { setSwitch } from './switches.ts';
import {
  endRestored,
  lockTimeline,
  readRestored,
  readTimeline,
  writeTimeline,
} from './timeline.ts';
import type { Restored, Timeline } from './timeline.ts';
import { voidWarrants } from './warrants.ts';

export interface Recovering {
  readonly tenant: string;
  readonly actor: Actor;
  /** Redacted. */
  readonly reason: string;
  /** The log's name as the configuration has it. */
  readonly firstOrigin: string;
}

export interface Recovery {
  readonly timeline: number;
  readonly origin: string;
  readonly gatesVoided: number;
  readonly warrantsVoided: number;
  /** Entries that the checkpoint outside SQL promised and SQL does not hold; null where no checkpoint was kept. */
  readonly entriesLost: number | null;
}

const markBytes = 5;
const voidReason = 'the database was restored from an older copy';

/**
 * Goes on from an older copy, by a person's decision: a new timeline, decisions of the old one void, actions stopped
 * until they are resumed, every entry that SQL holds numbered anew under a name that no log had before.
 * CONFLICT where nothing is to be recovered.
 */
export async function recover(tx: Sql, asked: Recovering, clock: Clock): Promise<Recovery> {
  // Entries are renumbered, however many there are.
  await tx.query('set local statement_timeout = 0');
  await lockTimeline(tx);
  const restored = await readRestored(tx);
  if (restored === null)
    throw new SallyportError(
      'CONFLICT',
      'the database is no older copy: nothing is to be recovered',
    );
  const before = await readTimeline(tx, asked.firstOrigin);
  const voided = await voidDecisions(tx, clock);
  const timeline = await beginTimeline(tx, { asked, before, restored }, clock);
  await setSwitch(
    tx,
    {
      tenant: asked.tenant,
      scope: 'actions',
      stopped: true,
      reason: `${voidReason}; resume once what was lost is understood`,
      actor: asked.actor,
    },
    clock,
  );
  const lost = sizeOf(restored.checkpoint);
  const recovery = {
    timeline: timeline.number,
    origin: timeline.origin,
    ...voided,
    entriesLost: lost === null ? null : Math.max(0, lost - restored.sequenced),
  };
  await appendEntries(tx, [recoveredEntry({ asked, restored, recovery, before }, clock)]);
  await endRestored(tx);
  await notifyWork(tx);
  return recovery;
}

/** Open gates, and what was granted and not used. An order that was acted on keeps its gate: it can still be undone. */
async function voidDecisions(
  tx: Sql,
  clock: Clock,
): Promise<Pick<Recovery, 'gatesVoided' | 'warrantsVoided'>> {
  const unused = await tx.query<{ order_digest: string; gate_id: string; acted: boolean }>(
    `select w.order_digest, w.gate_id, exists (select 1 from effects e where e.order_digest = w.order_digest) as acted
       from warrants w where w.used_at is null and w.void_reason is null order by w.order_digest`,
  );
  for (const warrant of unused)
    await voidWarrants(tx, { orderDigest: warrant.order_digest, reason: voidReason }, clock);
  const open = await tx.query<{ id: string }>(
    "select id from gates where state = 'open' order by id",
  );
  const gates = new Set([
    ...open.map((gate) => gate.id),
    ...unused.filter((warrant) => !warrant.acted).map((warrant) => warrant.gate_id),
  ]);
  for (const gateId of gates) await voidGate(tx, { gateId, reason: voidReason }, clock);
  return { gatesVoided: gates.size, warrantsVoided: unused.length };
}

interface Beginning {
  readonly asked: Recovering;
  readonly before: Timeline;
  readonly restored: Restored;
}

async function beginTimeline(
  tx: Sql,
  { asked, before, restored }: Beginning,
  clock: Clock,
): Promise<Timeline> {
  const [row] = await tx.query<{ last: number }>(
    'select coalesce(max(number), 0) as last from incidents',
  );
  // Random: the same copy may be put back twice, and two logs must never share a name.
  const mark = base32(randomBytes(markBytes));
  const timeline: Timeline = {
    number: before.number + 1,
    origin: `${asked.firstOrigin}/${before.number + 1}-${mark}`,
    began: {
      at: isoTime(clock.nowMs()),
      after: restored.checkpoint,
      why: restored.why,
      incidentsThrough: row?.last ?? 0,
      swept: false,
    },
  };
  await writeTimeline(tx, timeline);
  await tx.query('delete from audit_checkpoints');
  await tx.query('update audit_groups set seq = null where seq is not null');
  return timeline;
}

function recoveredEntry(
  fact: Beginning & { readonly recovery: Recovery },
  clock: Clock,
): ReturnType<typeof newEntry> {
  const { asked, before, restored, recovery } = fact;
  return newEntry(
    {
      tenant: asked.tenant,
      type: 'engine.recovered',
      actor: asked.actor,
      incident: null,
      run: null,
      subject: recovery.origin,
      outcome: 'done',
      data: {
        reason: asked.reason,
        why: restored.why,
        foundAt: restored.foundAt,
        from: before.origin,
        checkpoint: restored.checkpoint,
        sequenced: restored.sequenced,
        ...recovery,
      },
    },
    clock,
  );
}

const sizeLine = 1;

function sizeOf(note: string | null): number | null {
  const size = Number(note?.split('\n')[sizeLine] ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : null;
}
