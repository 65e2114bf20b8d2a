import { newEntry } from '../audit/entry.ts';
import type { Actor, Entry } from '../domain/entry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Renaming, Reopening } from './homes.ts';
import type { PlannedCommit } from './plan-commit.ts';

interface EntryContext {
  readonly tenant: string;
  readonly clock: Clock;
}

/** One entry per delivery, per finding that counts, and per incident that opens. */
export function entriesOfCommit(plan: PlannedCommit, context: EntryContext): readonly Entry[] {
  return [
    ...plan.filed.flatMap((filed) => entriesOfDelivery(filed, context)),
    ...plan.rows.incidents.map((row) => openedEntry(plan, row, context)),
    ...[...plan.renamed].map(([incident, name]) => renamedEntry(incident, name, context)),
    ...[...plan.reopened].map(([incident, again]) => reopenedEntry(incident, again, context)),
    ...[...plan.retired].map(([incident, key]) => retiredEntry(incident, key, context)),
  ];
}

type Fields = Pick<Entry, 'type' | 'incident' | 'subject' | 'outcome' | 'data'> & {
  readonly actor: Actor;
};

function entry(fields: Fields, context: EntryContext): Entry {
  return newEntry({ ...fields, tenant: context.tenant, run: null }, context.clock);
}

function entriesOfDelivery(
  { receipt, bytes, findings, actor }: PlannedCommit['filed'][number],
  context: EntryContext,
): readonly Entry[] {
  const incidents = new Map(receipt.findings.map((item) => [item.id, item.incident]));
  const received = entry(
    {
      actor,
      type: 'alert.received',
      incident: null,
      subject: receipt.id,
      outcome: 'done',
      data: {
        bodySha256: receipt.body_sha256,
        bodyBytes: bytes,
        receivedAt: receipt.received_at,
        flags: receipt.flags,
        findings: receipt.findings.length,
        counted: findings.length,
      },
    },
    context,
  );
  const filed = findings.map(({ finding }) => {
    const { id, format, kind, severityId, status } = finding;
    const data = { receipt: receipt.id, format, kind, severityId, status };
    return entry(
      {
        actor,
        type: 'finding.filed',
        incident: incidents.get(id) ?? null,
        subject: id,
        outcome: 'done',
        data,
      },
      context,
    );
  });
  return [received, ...filed];
}

function openedEntry(
  plan: PlannedCommit,
  row: PlannedCommit['rows']['incidents'][number],
  context: EntryContext,
): Entry {
  const data = {
    from: null,
    to: row.state,
    reason: row.change_reason,
    key: row.correlation_key,
    correlationRule: row.join_rule,
    follows: row.follows,
    ...(row.storm === null ? {} : { storm: row.storm }),
  };
  const outcome = row.state === 'closed' ? 'closed' : 'opened';
  return entry(
    {
      actor: plan.openers.get(row.id) ?? { kind: 'source', id: row.source },
      type: 'incident.changed',
      incident: row.id,
      subject: row.lead_finding,
      outcome,
      data,
    },
    context,
  );
}

function reopenedEntry(
  incident: string,
  { actor, finding, reason }: Reopening,
  context: EntryContext,
): Entry {
  const data = { from: 'closed', to: 'new', reason };
  return entry(
    { actor, type: 'incident.changed', incident, subject: finding, outcome: 'opened', data },
    context,
  );
}

function renamedEntry(
  incident: string,
  { from, to, finding }: Renaming,
  context: EntryContext,
): Entry {
  const reason = 'the token key was rotated: its correlation key is made of tokens';
  const data = { reason, key: to, keyBefore: from };
  return entry({ ...changedByIntake, incident, subject: finding, data }, context);
}

function retiredEntry(incident: string, key: string, context: EntryContext): Entry {
  const reason = 'its window passed; the next alert of its key opens another';
  const data = { joins: false, reason, key };
  return entry({ ...changedByIntake, incident, subject: null, data }, context);
}

const changedByIntake = {
  actor: { kind: 'service', id: 'intake' },
  type: 'incident.changed',
  outcome: 'done',
} as const;
