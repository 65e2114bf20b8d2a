import { randomBytes } from 'node:crypto';
import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { base32 } from '../domain/digest.ts';
import type { Actor } from '../domain/entry.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';

export interface NewNote {
  readonly tenant: string;
  readonly incidentId: string;
  readonly actor: Actor;
  /** Redacted. */
  readonly body: string;
}

/** Adds a note to an incident and returns its id. Notes are never changed. */
export async function addNote(tx: Sql, note: NewNote, clock: Clock): Promise<string> {
  const id = `not_${base32(randomBytes(15))}`;
  await tx.query(
    'insert into notes (id, incident_id, actor, body, at) values ($1, $2, $3, $4, $5)',
    [id, note.incidentId, note.actor.id, note.body, isoTime(clock.nowMs())],
  );
  const data = { body: note.body };
  await appendEntries(tx, [
    newEntry(
      {
        tenant: note.tenant,
        type: 'note.added',
        actor: note.actor,
        incident: note.incidentId,
        run: null,
        subject: id,
        outcome: 'done',
        data,
      },
      clock,
    ),
  ]);
  return id;
}
