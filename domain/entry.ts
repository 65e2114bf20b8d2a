import type { JsonObject } from './json.ts';

/**
 * One audit record, as it is written with the state that it describes. Holds digests and redacted facts only.
 * `seq` is given later, by the sequencer, which appends it to the Merkle log.
 */
export interface Entry {
  readonly schema: 1;
  /** Unique; deterministic where the writer may run twice, so that a repeat changes nothing. */
  readonly id: string;
  /** RFC 3339 with milliseconds, UTC. */
  readonly time: string;
  readonly tenant: string;
  readonly type: EntryType;
  readonly actor: Actor;
  readonly incident: string | null;
  readonly run: string | null;
  /** What it is about: an order digest, a ticket, a token, an approver … */
  readonly subject: string | null;
  readonly outcome:
    | 'done'
    | 'refused'
    | 'failed'
    | 'unknown'
    | 'held'
    | 'opened'
    | 'closed'
    | 'intended';
  readonly data: JsonObject;
}

export interface Actor {
  readonly kind: 'person' | 'service' | 'source' | 'playbook';
  readonly id: string;
}

export const entryTypes = [
  'alert.received',
  'alert.rejected',
  'alert.replayed',
  'original.read',
  'finding.filed',
  'incident.changed',
  'triage.decided',
  'run.started',
  'run.handed-over',
  'run.ended',
  'lookup.done',
  'effect.intent',
  'effect.result',
  'effect.refused',
  'effect.held',
  'effect.settled',
  'gate.opened',
  'gate.reminded',
  'gate.decided',
  'vote.cast',
  'vote.refused',
  'warrant.granted',
  'warrant.used',
  'warrant.void',
  'undo.requested',
  'token.revealed',
  'approver.changed',
  'switch.changed',
  'quiet.changed',
  'incident.held',
  'case.joined',
  'deploy.seen',
  'source.silent',
  'canary.travelled',
  'policy.loaded',
  'playbook.loaded',
  'config.loaded',
  'history.exported',
  'audit.read',
  'audit.exported',
  'ticket.linked',
  'ticket.read',
  'note.added',
  'engine.started',
  'engine.stopped',
  'engine.recovered',
  'log.opened',
  'log.heartbeat',
  'retention.purged',
  'access.refused',
] as const;
export type EntryType = (typeof entryTypes)[number];
