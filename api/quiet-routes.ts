import type { z } from 'zod';
import { parseDuration } from '../domain/duration.ts';
import { SallyportError } from '../domain/errors.ts';
import { checkExpression, readsOf } from '../domain/expression.ts';
import { severityNames, type SeverityId } from '../domain/finding.ts';
import { quietLimits, usualFloor, type QuietWindow } from '../domain/quiet.ts';
import { isoTime } from '../platform/clock.ts';
import { notifyWork } from '../store/notify.ts';
import { addWindow, endWindow, listWindows } from '../store/quiet.ts';
import { reportHidden } from '../store/quiet-hits.ts';
import type { PeopleDeps } from './people-deps.ts';
import { previewQuiet } from './quiet-preview.ts';
import { quietEnd, quietNew, quietParams, quietPreview, quietQuery } from './quiet.schema.ts';
import { created, ok, readers, route, type Route } from './route.ts';
import { redactCondition } from './typed-condition.ts';
import { keepTyped } from './typed-text.ts';

const makers = ['analyst', 'approver', 'admin'] as const;
const dayMs = 86_400_000;
const previewDays = 7;

/** Suppressions and maintenance windows: made, tried on the past, ended early, reported. */
export function quietRoutes(deps: PeopleDeps): readonly Route[] {
  return [...readingRoutes(deps), ...makingRoutes(deps)];
}

function readingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/quiet',
      summary: 'Suppressions and maintenance windows that people made, the newest first',
      roles: readers,
      query: quietQuery,
      handle: async ({ query }) => {
        const liveAtMs = query.all === 'true' ? null : deps.clock.nowMs();
        return ok({ windows: await listWindows(deps.db, deps.tenant, { liveAtMs }) });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/quiet/preview',
      summary: 'What a window would have hidden in the last days; changes nothing',
      roles: readers,
      query: quietPreview,
      handle: async ({ query }) => {
        // As it would be kept: what it names is a token in the findings too.
        const when = await redactCondition(
          query.when,
          (text) => deps.redactor.redactText(text).text,
        );
        checkCondition(when);
        return ok(
          await previewQuiet(deps.db, {
            tenant: deps.tenant,
            when,
            floor: floorOf(query.floor),
            sinceMs: deps.clock.nowMs() - (query.days ?? previewDays) * dayMs,
          }),
        );
      },
    }),
    route({
      method: 'GET',
      path: '/v1/quiet/:kind/:name/report',
      summary: 'What a window hid, of those that people made and those of the policy',
      roles: readers,
      params: quietParams,
      handle: async ({ params }) =>
        ok(await reportHidden(deps.db, deps.tenant, `${params.kind}/${params.name}`)),
    }),
  ];
}

function makingRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/quiet',
      summary: 'Make a suppression or a maintenance window',
      roles: makers,
      body: quietNew,
      handle: ({ body, who }) =>
        deps.db.transaction(async (tx) => {
          // SECURITY: people named in the condition become the tokens that findings hold.
          const when = await redactCondition(body.when, (text) => keepTyped(tx, deps, text));
          const window = windowOf({ ...body, when }, deps.clock.nowMs());
          const typed = {
            reason: await keepTyped(tx, deps, window.reason),
            change: await keepTyped(tx, deps, window.change),
          };
          const { tenant, clock } = deps;
          return created(
            await addWindow(
              tx,
              { tenant, actor: who.actor, window: { ...window, ...typed } },
              clock,
            ),
          );
        }),
    }),
    route({
      method: 'POST',
      path: '/v1/quiet/:kind/:name/end',
      summary: 'End a window before its time; what it hides is decided anew',
      roles: makers,
      params: quietParams,
      body: quietEnd,
      handle: ({ params, body, who }) =>
        deps.db.transaction(async (tx) => {
          const id = `${params.kind}/${params.name}`;
          const reason = await keepTyped(tx, deps, body.reason);
          await endWindow(tx, { tenant: deps.tenant, actor: who.actor, id, reason }, deps.clock);
          await notifyWork(tx);
          return ok({ id, ended: true });
        }),
    }),
  ];
}

function windowOf(body: z.output<typeof quietNew>, nowMs: number): Omit<QuietWindow, 'id'> {
  checkCondition(body.when);
  const from = body.from ?? isoTime(nowMs);
  const spanMs = Date.parse(body.until) - Date.parse(from);
  const forMs = body.repeat === undefined ? 0 : (parseDuration(body.repeat.for) ?? 0);
  if (Date.parse(body.until) <= nowMs || spanMs <= 0 || spanMs > quietLimits.daysMax * dayMs)
    throw new SallyportError(
      'REQUEST_INVALID',
      `body.until: must be ahead, and at most ${quietLimits.daysMax} days after the start`,
    );
  if (forMs > quietLimits.repeatDaysMax * dayMs)
    throw new SallyportError(
      'REQUEST_INVALID',
      `body.repeat.for: must be at most ${quietLimits.repeatDaysMax} days`,
    );
  return {
    kind: body.kind,
    when: body.when,
    owner: body.owner,
    reason: body.reason,
    change: body.change ?? '',
    from,
    until: body.until,
    repeat:
      body.repeat === undefined ? null : { days: body.repeat.days, at: body.repeat.at, forMs },
    floor: floorOf(body.floor),
  };
}

// The names are those of the severities by their place; the schema admits no other.
const floorOf = (name: (typeof severityNames)[number] | undefined): SeverityId =>
  name === undefined ? usualFloor : (severityNames.indexOf(name) as SeverityId);

function checkCondition(when: string): void {
  const wrong = checkExpression(when);
  if (wrong !== null) throw new SallyportError('REQUEST_INVALID', `when: ${wrong}`);
  const stray = readsOf(when).find(([root]) => root !== 'incident' && root !== 'finding');
  if (stray !== undefined)
    throw new SallyportError('REQUEST_INVALID', 'when: reads incident and finding only');
}
