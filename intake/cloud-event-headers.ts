import type { SentRequest } from './verify/sent-request.ts';

/** CloudEvents in binary mode: the attributes are headers, and the body is the data alone. */
export interface BinaryEvent {
  /** Source and id name an event (CloudEvents 1.0, section 3.1). */
  readonly deliveryId: string;
  /** The same event in structured mode, so that one reader reads both. */
  readonly body: Uint8Array;
}

const attributes = ['specversion', 'id', 'source', 'type', 'time', 'subject'];

/** Null where it is none, or where the body is no JSON value that could stand inside another. */
export function binaryEvent(request: SentRequest): BinaryEvent | null {
  const given = attributes.flatMap((name): readonly (readonly [string, string])[] => {
    const value = request.headers[`ce-${name}`];
    return typeof value === 'string' ? [[name, percentDecoded(value)]] : [];
  });
  const found = new Map(given);
  const id = found.get('id');
  const source = found.get('source');
  if (!found.has('specversion') || id === undefined || source === undefined) return null;
  const head = JSON.stringify(Object.fromEntries(given)).slice(0, -1);
  const parts = [Buffer.from(`${head},"data":`), request.body, Buffer.from('}')];
  return { deliveryId: `${source}\n${id}`, body: Buffer.concat(parts) };
}

/** Header values are percent-encoded where they are not plain text (HTTP binding, section 3.1.3.2). */
function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
