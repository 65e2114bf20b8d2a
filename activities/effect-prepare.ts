import { SallyportError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Order } from '../domain/order.ts';
import type { Policy } from '../domain/policy.ts';
import type { Outcome } from '../domain/run.types.ts';
import type { EffectRow } from '../store/effects.ts';
import { loadTicketFiles, type TicketFile } from '../store/ticket-files.ts';
import { doubtedIncidents } from '../store/timeline.ts';
import type { EffectItem } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { effectCase, type EffectCase } from './effect-case.ts';
import { errorOutcome } from './outcome.ts';
import { ticketInput } from './ticket-input.ts';

export type PreparedEffect = EffectCase | Extract<Outcome, { kind: 'error' }>;

/** Resolves what each effect is to be called with: the signed order's own parameters, the rendered ticket, or its input. */
export async function prepareEffects(
  deps: ActivityDeps,
  items: readonly EffectItem[],
  rows: ReadonlyMap<string, EffectRow>,
): Promise<readonly PreparedEffect[]> {
  const orders = await loadOrders(deps, items);
  const doubted = await doubtedIncidents(
    deps.db,
    items.map((item) => item.run.incidentId),
  );
  const files = await loadTicketFiles(
    deps.db,
    items.filter((item) => item.command.ticket !== null).map((item) => item.run.key),
  );
  return items.map((item) => {
    try {
      const order = orderOf(orders, item);
      const parts = partsOf(item, {
        order,
        file: files.get(item.run.key) ?? null,
        policy: deps.policy(),
      });
      return effectCase(deps, {
        item,
        order,
        row: rows.get(item.command.idempotencyKey),
        doubt: doubted.get(item.run.incidentId),
        ...parts,
      });
    } catch (error) {
      return errorOutcome(error);
    }
  });
}

async function loadOrders(
  deps: ActivityDeps,
  items: readonly EffectItem[],
): Promise<ReadonlyMap<string, Order>> {
  const digests = items.flatMap((item) =>
    item.command.orderDigest === null ? [] : [item.command.orderDigest],
  );
  if (digests.length === 0) return new Map();
  const rows = await deps.db.query<{ order_digest: string; order_body: Order }>(
    'select order_digest, order_body from gates where order_digest = any($1)',
    [digests],
  );
  return new Map(rows.map((row) => [row.order_digest, row.order_body]));
}

function orderOf(orders: ReadonlyMap<string, Order>, { command }: EffectItem): Order | null {
  if (command.orderDigest === null) return null;
  const order = orders.get(command.orderDigest);
  if (order === undefined)
    throw new SallyportError('WARRANT_REFUSED', 'no gate ever held this order');
  return order;
}

/** SECURITY: what a gated effect does comes from the order that people signed, never from what the run asks for now. */
function partsOf(
  { run, command }: EffectItem,
  by: { order: Order | null; file: TicketFile | null; policy: Policy },
): { input: JsonObject; capability: string } {
  if (by.order !== null && command.purpose === 'undo') {
    if (by.order.undo === null)
      throw new SallyportError('WARRANT_REFUSED', 'the order has no undo');
    return { input: by.order.undo.parameters, capability: by.order.undo.capability };
  }
  if (by.order !== null) return { input: by.order.parameters, capability: by.order.capability };
  if (command.ticket === null)
    return { input: command.call.input, capability: command.call.capability };
  if (by.file === null) throw new SallyportError('BROKEN_INVARIANT', `run ${run.key} has no row`);
  return {
    input: ticketInput({
      command,
      intent: command.ticket,
      run,
      file: by.file,
      priority: by.policy.priority,
    }),
    capability: command.call.capability,
  };
}
