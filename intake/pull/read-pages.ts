import { SallyportError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { isoTime } from '../../platform/clock.ts';
import type { EgressClient } from '../../platform/http.ts';
import type { PagesPull } from '../../platform/source-config.ts';
import { at, asText } from '../fields.ts';
import { parseJson } from '../parse-json.ts';
import { pullLimits } from './limits.ts';

/** One alert that was asked for. */
export interface PulledAlert {
  readonly body: Uint8Array;
  /** The sender's own id of the delivery; null: known by its body. */
  readonly deliveryId: string | null;
}

export interface Reading {
  readonly client: EgressClient;
  readonly headers: Readonly<Record<string, string>>;
  readonly sinceMs: number;
  readonly signal: AbortSignal;
}

/** What a source lists, page by page. Throws what the connection throws, and RESPONSE_INVALID for what is no page. */
export async function* readPages(pull: PagesPull, reading: Reading): AsyncGenerator<PulledAlert> {
  let cursor = '';
  let items = 0;
  for (let page = 0; page < pullLimits.pagesMax && items < pullLimits.itemsMax; page += 1) {
    const answer = await readJson(reading, pull.path, {
      ...(pull.since === undefined ? {} : { [pull.since]: isoTime(reading.sinceMs) }),
      ...(cursor === '' ? {} : { [pull.cursor]: cursor }),
    });
    const list = pull.items === '.' ? answer.value : at(answer.value, pull.items);
    if (!Array.isArray(list))
      throw new SallyportError('RESPONSE_INVALID', `the answer has no list at ${pull.items}`);
    for (const item of list as readonly Json[]) {
      items += 1;
      yield { body: Buffer.from(JSON.stringify(item)), deliveryId: null };
    }
    const next = asText(at(answer.value, pull.next));
    // A cursor that does not move would be read for ever.
    if (next === '' || next === cursor) return;
    cursor = next;
  }
}

/** Read without loss: numbers that a double cannot hold stay as they were written. */
export async function readJson(
  { client, headers, signal }: Reading,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly value: Json; readonly link: string }> {
  const answer = await client.request({
    method: 'GET',
    path,
    query,
    headers,
    effect: 'read',
    signal,
  });
  const parsed = parseJson(Buffer.from(answer.text));
  const [value] = parsed.kind === 'values' ? parsed.values : [];
  if (value === undefined) throw new SallyportError('RESPONSE_INVALID', 'the answer is no JSON');
  return { value, link: answer.headers['link'] ?? '' };
}
