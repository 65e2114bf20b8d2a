import type { OpenedEvent } from './decode.ts';
import { record } from './decode.ts';

/**
 * Leaves of a batch's events only what belongs to the given runs: items of vectorised activities, their outcomes by
 * the same places, and runs in inputs and reports. Events that concern none of them stay, with nothing inside.
 */
export function cutToRuns(
  events: readonly OpenedEvent[],
  runs: ReadonlySet<string>,
): OpenedEvent[] {
  const kept = new Map<number, { readonly of: number; readonly places: readonly number[] }>();
  return events.map((event) => {
    const places = event.scheduledBy === null ? undefined : kept.get(event.scheduledBy);
    const values: Record<string, readonly unknown[]> = {};
    for (const [field, list] of Object.entries(event.values)) {
      values[field] = list.map((value) => {
        if (
          field === 'result' &&
          places !== undefined &&
          Array.isArray(value) &&
          value.length === places.of
        )
          return places.places.map((place) => value[place] as unknown);
        return cut(value, runs);
      });
    }
    const [items] = event.values['input'] ?? [];
    if (event.type === 'ActivityTaskScheduled' && Array.isArray(items)) {
      kept.set(event.id, {
        of: items.length,
        places: items.flatMap((item, place) => (isForeign(item, runs) ? [] : [place])),
      });
    }
    return { ...event, values };
  });
}

function cut(value: unknown, runs: ReadonlySet<string>): unknown {
  if (Array.isArray(value))
    return value.filter((item) => !isForeign(item, runs)).map((item: unknown) => cut(item, runs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      Array.isArray(item) ? cut(item, runs) : item,
    ]),
  );
}

/** An item that names a run which is not one of ours. */
function isForeign(item: unknown, runs: ReadonlySet<string>): boolean {
  const key = runKeyOf(item);
  return key !== null && !runs.has(key);
}

function runKeyOf(item: unknown): string | null {
  const fields = record(item);
  const candidates = [
    record(fields['run'])['key'],
    record(fields['report'])['key'],
    record(fields['state'])['key'],
    fields['runKey'],
    fields['key'],
  ];
  return (
    candidates.find((key): key is string => typeof key === 'string' && key.startsWith('run_')) ??
    null
  );
}
