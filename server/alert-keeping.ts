import { SallyportError } from '../domain/errors.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import { originalBinding, type AlertKeeping } from '../intake/keep-alert.ts';
import type { Config } from '../platform/config.ts';
import { unseal } from '../redaction/seal.ts';
import { readSealedAlert } from '../store/alert-bodies.ts';
import type { Sql } from '../store/database.ts';

const keyBytes = 32;

function originalsRing({ retention }: Config): KeyRing | null {
  if (retention.originals === null) return null;
  const { id, secret } = retention.originals.key;
  const key = Buffer.from(secret.reveal().trim(), 'base64');
  if (key.byteLength !== keyBytes)
    throw new SallyportError(
      'CONFIG_INVALID',
      'retention.originals.key must be 32 bytes as base64',
    );
  return { current: id, keys: { [id]: key } };
}

/** What intake keeps of what it accepted; undefined where bodies are not kept. */
export function alertKeeping(config: Config): AlertKeeping | undefined {
  const { alertsDays, originals } = config.retention;
  const ring = originalsRing(config);
  if (alertsDays === 0) return undefined;
  return {
    originals:
      ring === null || originals === null
        ? null
        : {
            ring,
            hoursOf: (source) =>
              config.sources[source]?.keepOriginals === true ? originals.hours : 0,
          },
  };
}

/** Opens the body of a receipt as it came. NOT_FOUND where it is not kept, or not any more. */
export function originalReader(
  config: Config,
): (tx: Sql, receiptId: string) => Promise<{ readonly source: string; readonly body: Uint8Array }> {
  return async (tx, receiptId) => {
    const ring = originalsRing(config);
    const row = ring === null ? null : await readSealedAlert(tx, config.tenant, receiptId);
    if (ring === null || row === null)
      throw new SallyportError('NOT_FOUND', 'the original of that receipt is not kept');
    return { source: row.source, body: unseal(ring, row, originalBinding(row.source)) };
  };
}
