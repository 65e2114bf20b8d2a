import { SallyportError } from '../domain/errors.ts';
import { severityNames } from '../domain/finding.ts';
import type { SeverityId } from '../domain/finding.ts';
import { closingOf } from '../domain/incident.ts';
import type { Incident } from '../domain/incident.types.ts';
import { isoTime } from '../platform/clock.ts';
import type { Sql } from '../store/database.ts';
import { voidGate } from '../store/gates.ts';
import { lockedIncident, runsOf } from '../store/incident-lists.ts';
import { changeIncident, requestRun } from '../store/incidents.ts';
import { notifyWork } from '../store/notify.ts';
import type { Identity } from './access.ts';
import type { ManualReport, PeopleDeps, RunToCancel } from './people-deps.ts';
import { ok } from './route.ts';
import { keepTyped } from './typed-text.ts';

const promotionPlaybook = 'plain-alert';

/** A person's report as the route read it. */
export interface Typed {
  readonly title: string;
  readonly description: string;
  readonly severity: (typeof severityNames)[number];
  readonly host?: string | undefined;
  readonly user?: string | undefined;
}

export function toReport(deps: PeopleDeps, body: Typed, who: Identity): Promise<ManualReport> {
  return deps.db.transaction(async (tx) => ({
    title: await keepTyped(tx, deps, body.title),
    description: await keepTyped(tx, deps, body.description),
    // The names are those of the severities by their place; the schema admits no other.
    severityId: severityNames.indexOf(body.severity) as SeverityId,
    host: body.host === undefined ? null : await keepTyped(tx, deps, body.host),
    user: body.user === undefined ? null : await keepTyped(tx, deps, body.user),
    person: who.person,
  }));
}

export interface PersonsChange {
  readonly id: string;
  readonly who: Identity;
  readonly typed: string;
}

type Wanted = Pick<Parameters<typeof changeIncident>[1], 'to' | 'set'>;

export async function change(
  deps: PeopleDeps,
  by: PersonsChange,
  wanted: (incident: Incident, keep: (text: string) => Promise<string>) => Wanted | Promise<Wanted>,
): Promise<ReturnType<typeof ok>> {
  const { incident, cancelled } = await deps.db.transaction(async (tx) => {
    const before = await lockedIncident(tx, deps.tenant, by.id);
    const reason = await keepTyped(tx, deps, by.typed);
    const after = await changeIncident(
      tx,
      {
        id: before.id,
        actor: by.who.actor,
        reason,
        ...(await wanted(before, (text) => keepTyped(tx, deps, text))),
      },
      deps.clock,
    );
    return {
      incident: after,
      cancelled: after.state === 'closed' ? await stopRuns(tx, deps, after) : [],
    };
  });
  // After the commit: the gates are void by then, so a run that misses the message cannot be approved any more. The reaper tells it again.
  await Promise.allSettled(cancelled.map((run) => deps.cancelRun(run)));
  return ok(incident);
}

/** The ticket comes from the plain playbook, asked for by the person who promotes. */
export async function promote(deps: PeopleDeps, by: PersonsChange): Promise<ReturnType<typeof ok>> {
  return deps.db.transaction(async (tx) => {
    const before = await lockedIncident(tx, deps.tenant, by.id);
    refuseUnlessDraft(before);
    const reason = await keepTyped(tx, deps, by.typed);
    const after = await changeIncident(
      tx,
      { id: before.id, actor: by.who.actor, reason, to: 'triage' },
      deps.clock,
    );
    await requestRun(tx, before.id, {
      playbook: promotionPlaybook,
      requester: by.who.person,
      rehearsal: false,
      at: isoTime(deps.clock.nowMs()),
    });
    await notifyWork(tx);
    return ok(after);
  });
}

export function refuseUnlessDraft(incident: Incident): void {
  if (incident.state !== 'draft')
    throw new SallyportError(
      'CONFLICT',
      `only a draft can be promoted or dismissed; this one is ${incident.state}`,
    );
}

async function stopRuns(
  tx: Sql,
  deps: PeopleDeps,
  incident: Incident,
): Promise<readonly RunToCancel[]> {
  const closing = closingOf(incident.id);
  const gates = await tx.query<{ id: string }>(
    `select id from gates where incident_id = $1 and state = 'open' order by id`,
    [incident.id],
  );
  for (const gate of gates)
    await voidGate(tx, { gateId: gate.id, reason: closing.reason }, deps.clock);
  const runs = (await runsOf(tx, incident.id)).filter((run) => run.endedAt === null);
  return runs.map((run) => ({ runKey: run.key, workflowId: run.workflowId, ...closing }));
}
