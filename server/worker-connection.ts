import { NativeConnection } from '@temporalio/worker';
import { SallyportError } from '../domain/errors.ts';
import type { Base } from './base.ts';
import { installSdkLogging } from './sdk-logging.ts';
import { placeOf } from './temporal-client.ts';

/** Throws TEMPORAL_UNAVAILABLE where there is no server yet. */
export async function connectWorker(base: Base): Promise<NativeConnection> {
  installSdkLogging(base.logger);
  return NativeConnection.connect(placeOf(base.config.temporal)).catch((cause: unknown) => {
    throw new SallyportError('TEMPORAL_UNAVAILABLE', 'Temporal cannot be reached', { cause });
  });
}
