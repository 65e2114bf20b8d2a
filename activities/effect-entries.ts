import { newEntry } from '../audit/entry.ts';
import type { Entry } from '../domain/entry.ts';
import type { EffectState } from '../domain/effect.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Outcome } from '../domain/run.types.ts';
import type { Clock } from '../platform/clock.ts';
import type { EffectResult } from '../store/effects.ts';
import type { EffectCase } from './effect-case.ts';

/** Entries of the executor. Their ids hold key and fence, so that a repeat of one try writes nothing twice. */
export function intentEntry(effect: EffectCase, fence: number, clock: Clock): Entry {
  return entryOf(
    effect,
    {
      id: `intent:${effect.key}:${fence}`,
      type: 'effect.intent',
      outcome: 'intended',
      data: { fence },
    },
    clock,
  );
}

const typeByState = {
  done: 'effect.result',
  failed: 'effect.result',
  unknown: 'effect.result',
  held: 'effect.held',
  intended: 'effect.result',
} as const satisfies Record<EffectState, Entry['type']>;

const outcomeByState = {
  done: 'done',
  failed: 'failed',
  unknown: 'unknown',
  held: 'held',
  intended: 'intended',
} as const;

export function resultEntry(effect: EffectCase, result: EffectResult, clock: Clock): Entry {
  return entryOf(
    effect,
    {
      id: `result:${effect.key}:${result.fence}`,
      type: typeByState[result.state],
      outcome: outcomeByState[result.state],
      data: { fence: result.fence, output: result.output, detail: result.detail },
    },
    clock,
  );
}

export function refusalEntry(
  effect: EffectCase,
  outcome: Extract<Outcome, { kind: 'error' }>,
  clock: Clock,
): Entry {
  return entryOf(
    effect,
    {
      id: `refused:${effect.key}:${outcome.code}`,
      type: 'effect.refused',
      outcome: 'refused',
      data: { code: outcome.code, detail: outcome.detail },
    },
    clock,
  );
}

interface EffectFact {
  readonly id: string;
  readonly type: Entry['type'];
  readonly outcome: Entry['outcome'];
  readonly data: JsonObject;
}

function entryOf(effect: EffectCase, fact: EffectFact, clock: Clock): Entry {
  const { run, command } = effect.item;
  const { manifest } = effect.capability;
  return newEntry(
    {
      ...fact,
      tenant: run.tenant,
      actor: { kind: 'playbook', id: `${run.playbook}@${run.version}` },
      incident: run.incidentId,
      run: run.key,
      subject: command.orderDigest ?? effect.key,
      data: {
        key: effect.key,
        step: command.step,
        capability: manifest.name,
        connection: effect.connection.name,
        effect: manifest.effect,
        purpose: command.purpose,
        orderDigest: command.orderDigest,
        target: effect.target,
        ...fact.data,
      },
    },
    clock,
  );
}
