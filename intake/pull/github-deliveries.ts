import RE2 from 're2';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { PullSource } from '../../platform/source-config.ts';
import { textAt } from '../fields.ts';
import { pullLimits } from './limits.ts';
import { readJson, type PulledAlert, type Reading } from './read-pages.ts';

/** Which of these ids have a receipt already. */
export type KnownIds = (ids: readonly string[]) => Promise<ReadonlySet<string>>;

const nextCursor = new RE2(/[?&]cursor=([A-Za-z0-9_%-]{1,256})[^>]*>;\s*rel="next"/);
const perPage = 100;

/**
 * What GitHub tried to deliver since then and we have no receipt of, the oldest page last. A delivery that did arrive
 * carries the same id in its header, so that neither counts twice.
 */
export async function* readGithubDeliveries(
  pull: PullSource,
  reading: Reading,
  known: KnownIds,
): AsyncGenerator<PulledAlert> {
  let cursor = '';
  for (let page = 0; page < pullLimits.pagesMax; page += 1) {
    const answer = await readJson(reading, `${pull.path}/deliveries`, {
      per_page: String(perPage),
      ...(cursor === '' ? {} : { cursor }),
    });
    const all = (Array.isArray(answer.value) ? (answer.value as readonly Json[]) : []).filter(
      isObject,
    );
    const recent = all.filter((item) => deliveredMs(item) >= reading.sinceMs);
    const seen = await known(recent.map((item) => textAt(item, 'guid')));
    for (const item of recent) {
      if (seen.has(textAt(item, 'guid'))) continue;
      const alert = await readDelivery(pull, reading, item);
      if (alert !== null) yield alert;
    }
    const next = nextCursor.exec(answer.link)?.[1];
    if (next === undefined || recent.length < all.length) return;
    cursor = decodeURIComponent(String(next));
  }
}

const deliveredMs = (item: JsonObject): number => Date.parse(textAt(item, 'delivered_at'));

const plainId = new RE2(/^\d{1,20}$/);

async function readDelivery(
  pull: PullSource,
  reading: Reading,
  item: JsonObject,
): Promise<PulledAlert | null> {
  const id = textAt(item, 'id');
  const guid = textAt(item, 'guid');
  if (guid === '' || !plainId.test(id)) return null;
  const { value } = await readJson(reading, `${pull.path}/deliveries/${id}`, {});
  const request = isObject(value) ? value['request'] : undefined;
  const payload = isObject(request) ? request['payload'] : undefined;
  return payload === undefined
    ? null
    : { body: Buffer.from(JSON.stringify(payload)), deliveryId: guid };
}
