import { systemClock } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { keyPurposes, keyringOf, loadOrCreateKeyring, passingRing } from '../platform/keyring.ts';
import type { KeyPurpose, KeyRings } from '../platform/keyring.ts';
import { createLogger } from '../platform/logger.ts';
import type { Logger } from '../platform/logger.ts';
import { createMetrics } from '../platform/metrics.ts';
import type { Metrics } from '../platform/metrics.ts';
import { createRedactor } from '../redaction/redact.ts';
import type { Redactor } from '../redaction/redact.ts';
import { createConverters } from './converters.ts';
import type { Converters } from './converters.ts';

/** What every process has, whatever its role. */
export interface Base {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly redactor: Redactor;
  readonly keys: KeyRings;
  readonly converters: Converters;
  readonly workflowBundle: string | null;
}

export interface BaseOptions {
  readonly config: Config;
  /** Names the process in its log lines. */
  readonly process: string;
  readonly workflowBundle: string | null;
  /** Where log lines go if the configuration does not say; null: standard error. */
  readonly logFile: string | null;
  /** The rings that its role needs. Left out: all. */
  readonly needs?: readonly KeyPurpose[];
}

export function createBase(options: BaseOptions): Base {
  const { config } = options;
  const needs = options.needs ?? keyPurposes;
  const keys =
    config.keys === null
      ? loadOrCreateKeyring(config.keyFile, needs)
      : keyringOf(config.keys, needs);
  const policy = config.redaction.usual;
  const nowMs = (): number => systemClock.nowMs();
  const metrics = createMetrics();
  const usual = { tenant: config.tenant, policy, onReplaced: metrics.redacted };
  const redactor = createRedactor(
    needs.includes('token')
      ? { ...usual, tokenKeys: keys.token, vaultKeys: keys.vault, nowMs }
      : { ...usual, tokenKeys: passingRing() },
  );
  const logger = createLogger({
    level: config.log.level,
    file: config.log.file ?? options.logFile,
    process: options.process,
    redactText: (text) =>
      redactor.redactText(text, config.redaction.forDestination('log') ?? policy).text,
  });
  const codec = { keyring: keys.codec, namespace: config.temporal.namespace };
  return {
    config,
    clock: systemClock,
    logger,
    metrics,
    redactor,
    keys,
    converters: createConverters({
      codec,
      metrics,
      logger,
      keptSecrets: config.redaction.keptSecrets,
    }),
    workflowBundle: options.workflowBundle,
  };
}
