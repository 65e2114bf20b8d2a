import { createRedactor, type Redactor } from '../../../redaction/redact.ts';
import type { KeyRing } from '../../../domain/key-ring.ts';

export const aKeyRing = (fill = 7, id = 'k1'): KeyRing => ({
  current: id,
  keys: { [id]: new Uint8Array(32).fill(fill) },
});

export const aRedactor = (over: { tenant?: string; tokenKeys?: KeyRing } = {}): Redactor =>
  createRedactor({
    tokenKeys: over.tokenKeys ?? aKeyRing(),
    vaultKeys: aKeyRing(9, 'v1'),
    ...(over.tenant === undefined ? {} : { tenant: over.tenant }),
  });
