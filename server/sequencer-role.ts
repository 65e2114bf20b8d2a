import { mkdir } from 'node:fs/promises';
import { openLogKey } from '../audit/log-key.ts';
import { createSequencer } from '../audit/sequencer.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Core } from './core.ts';
import { loopComponent } from './loop.ts';
import type { Component } from './supervise.ts';
import { publishVerifierKey } from './verifier-key.ts';

/** Numbers the ledger's entries and publishes signed checkpoints. */
export async function sequencerLoop(core: Core): Promise<Component> {
  const { config, db, clock, logger } = core;
  const { dir, origin, keyFile } = config.ledger;
  const key = await openLogKey(keyFile, origin);
  await mkdir(dir, { recursive: true });
  await publishVerifierKey(config, key.verifierKey);
  const onError = (error: unknown): void =>
    logger.error({ err: error }, 'sequencing failed; the next round tries again');
  const sequencer = createSequencer({
    db,
    dir,
    key,
    clock,
    origin,
    tenant: config.tenant,
    onError,
    reached: (step) => failpoint(`sequence-${step}`),
  });
  return loopComponent('sequencer', (signal) => sequencer.run(signal));
}
