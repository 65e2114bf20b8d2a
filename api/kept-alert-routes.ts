import { z } from 'zod';
import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Identity } from './access.ts';
import type { PeopleDeps } from './people-deps.ts';
import { ok, route, type Route } from './route.ts';
import { keepTyped } from './typed-text.ts';

const receiptId = z
  .string()
  .max(64)
  .regex(/^rcp_[a-z0-9]+$/);
const time = z.iso.datetime({ offset: true }).max(40);

const originalParams = z.strictObject({ id: receiptId });
const originalWish = z.strictObject({ reason: z.string().trim().min(1).max(500) });
const replayOrder = z.strictObject({
  source: z
    .string()
    .max(64)
    .regex(/^[a-z][a-z0-9-]*$/)
    .optional(),
  since: time,
  until: time.optional(),
  /** The `next` of the answer before. */
  after: z.strictObject({ receivedAt: time, receiptId }).optional(),
  limit: z.int().min(1).max(500).default(100),
  rehearse: z.boolean().default(false),
});

/** What intake kept: read as it came, or read once more. */
export function keptAlertRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/receipts/:id/original',
      summary:
        'The body of a delivery as it came, with a reason; an entry of the audit log says who read it',
      roles: ['admin'],
      params: originalParams,
      body: originalWish,
      handle: async ({ params, body, who }) => {
        const opened = await deps.db.transaction(async (tx) => {
          const original = await deps.openOriginal(tx, params.id);
          const reason = await keepTyped(tx, deps, body.reason);
          await appendEntries(tx, [
            readEntry(deps, who, { ...original, receiptId: params.id, reason }),
          ]);
          return original;
        });
        return ok({
          receiptId: params.id,
          source: opened.source,
          body: Buffer.from(opened.body).toString('base64'),
        });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/intake/replay',
      summary:
        'Read kept bodies once more, by the readers of today; what had a ticket gets no other',
      roles: ['admin'],
      body: replayOrder,
      handle: async ({ body, who }) =>
        ok(
          await deps.replay({
            source: body.source ?? null,
            since: body.since,
            until: body.until ?? new Date(deps.clock.nowMs()).toISOString(),
            after: body.after ?? null,
            limit: body.limit,
            isRehearsal: body.rehearse,
            person: who.person,
          }),
        ),
    }),
  ];
}

function readEntry(
  deps: PeopleDeps,
  who: Identity,
  done: { readonly receiptId: string; readonly source: string; readonly reason: string },
): ReturnType<typeof newEntry> {
  return newEntry(
    {
      tenant: deps.tenant,
      type: 'original.read',
      actor: { kind: 'person', id: who.person },
      incident: null,
      run: null,
      subject: done.receiptId,
      outcome: 'done',
      data: { source: done.source, reason: done.reason },
    },
    deps.clock,
  );
}
