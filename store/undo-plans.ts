import { digestOf } from '../domain/digest.ts';
import { asJson } from '../domain/json.ts';
import type { Order } from '../domain/order.ts';
import type { Plan, PlanCall } from '../domain/plan.ts';
import type { CompiledPlan, Request } from '../domain/triage.ts';
import { undoPlan } from '../domain/undo-plan.ts';
import { readPlan } from '../domain/upcast.ts';
import type { Sql } from './database.ts';

/** Plans for the undos that people signed, by order digest. The word on the ticket goes where the first plan's went. */
export async function undoPlansFor(
  sql: Sql,
  requests: readonly Request[],
): Promise<ReadonlyMap<string, CompiledPlan>> {
  const digests = requests.flatMap((request) =>
    request.undoOf === undefined ? [] : [request.undoOf],
  );
  if (digests.length === 0) return new Map();
  const rows = await sql.query<{
    id: string;
    order_digest: string;
    order_body: Order;
    plan: unknown;
  }>(
    `select g.id, g.order_digest, g.order_body, p.body as plan
       from gates g left join plans p on p.digest = g.order_body->'playbook'->>'digest'
      where g.order_digest = any($1)`,
    [digests],
  );
  const plans = rows.map((row) => {
    const plan = undoPlan({
      order: row.order_body,
      orderDigest: row.order_digest,
      gateId: row.id,
      comment: commentOf(row.plan === null ? null : readPlan(row.plan)),
    });
    return plan === null
      ? null
      : ([
          row.order_digest,
          { plan, digest: digestOf('sallyport/plan/v1', asJson(plan)) },
        ] as const);
  });
  return new Map(plans.filter((pair) => pair !== null));
}

function commentOf(plan: Plan | null): PlanCall | null {
  const ticket = Object.values(plan?.steps ?? {}).find(
    (step) => step.kind === 'ticket' && step.verb === 'ensure',
  );
  if (ticket?.kind !== 'ticket') return null;
  return {
    ...ticket.call,
    capability: ticket.call.capability.replace(/\.ensure$/, '.comment'),
    input: {},
  };
}
