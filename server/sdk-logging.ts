import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from '../platform/logger.ts';

let isInstalled = false;

/**
 * Sends what Temporal's SDK says to our log, where it is redacted like everything else. Once per process, and only where
 * there are workers: the SDK's runtime ends with the last of them, and without any it would keep the process alive.
 */
export function installSdkLogging(logger: Logger): void {
  if (isInstalled) return;
  isInstalled = true;
  const sdkLogger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    const fields = { sdk: meta ?? {} };
    if (level === 'ERROR') logger.error(fields, message);
    else logger.warn(fields, message);
  });
  // Signals are ours to handle: workers stop in the order of `stopEngine`.
  const logging = {
    filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }),
    forward: {},
  };
  Runtime.install({ logger: sdkLogger, shutdownSignals: [], telemetryOptions: { logging } });
}
