import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { capabilityNamed } from '../connectors/registry.ts';
import { canonicalJson } from '../domain/digest.ts';
import type { Entry } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import { isGranted } from '../domain/grant.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { select } from '../domain/path.ts';
import type { Outcome } from '../domain/run.types.ts';
import type { Clock } from '../platform/clock.ts';
import type { LookupActivities, LookupItem } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { callContext } from './effect-case.ts';
import { errorOutcome, mapBounded } from './outcome.ts';

export const lookupLimits = {
  callTimeoutMs: 8_000,
  callsAtOnce: 32,
  /** Half of what Temporal takes in one payload, so that 128 items have 7.8 KB each even where nothing packs. */
  resultBytesMax: 1_000_000,
  outputBytesMax: 65_536,
} as const;

/** Reads only. Each lookup is an entry; only the fields that the playbook selects leave the activity, redacted. */
export function createLookupActivities(deps: ActivityDeps): LookupActivities {
  return {
    lookupMany: async (items) => {
      const startedMs = deps.clock.nowMs();
      const bytesMax = Math.min(
        lookupLimits.outputBytesMax,
        Math.floor(lookupLimits.resultBytesMax / Math.max(items.length, 1)),
      );
      const outcomes = await mapBounded(items, lookupLimits.callsAtOnce, (item) =>
        lookUp(deps, item, bytesMax),
      );
      await record(deps, items, outcomes);
      for (const { kind } of outcomes) deps.count('lookup', kind);
      deps.observe('lookup batch', deps.clock.nowMs() - startedMs);
      return outcomes;
    },
  };
}

async function lookUp(
  deps: ActivityDeps,
  { run, command }: LookupItem,
  bytesMax: number,
): Promise<Outcome> {
  try {
    const capability = capabilityNamed(command.call.capability);
    const connection = deps.connections.get(command.call.connection);
    if (capability === null || connection === undefined || capability.manifest.effect !== 'read') {
      throw new SallyportError(
        'GRANT_MISSING',
        `${command.call.capability} cannot be read on ${command.call.connection} here`,
      );
    }
    const { name, reveals } = capability.manifest;
    if (
      !isGranted(deps.policy().grants, {
        playbook: run.playbook,
        connection: connection.name,
        capability: name,
      })
    ) {
      throw new SallyportError(
        'GRANT_MISSING',
        `${run.playbook} may not use ${name} on ${connection.name}`,
      );
    }
    const clear = await deps.reveal(command.call.input, {
      tenant: run.tenant,
      incidentId: run.incidentId,
      runKey: run.key,
      capability: name,
      privilege: command.call.privilege,
      kinds: reveals,
    });
    const signal = AbortSignal.timeout(lookupLimits.callTimeoutMs);
    const answer = await capability.call(
      capability.parseInput(clear),
      callContext(deps, { connection, key: command.id, tenant: run.tenant, signal }),
    );
    const output = deps.redact(selectFields(command.select, answer)) as JsonObject;
    if (canonicalJson(output).length > bytesMax)
      throw new SallyportError('OUTPUT_TOO_LARGE', `more than ${bytesMax} bytes were selected`);
    return { kind: 'ok', output };
  } catch (error) {
    return errorOutcome(error);
  }
}

/** `{'*': '$'}` takes the answer whole; otherwise only what the paths find, absent fields left out. */
function selectFields(
  fields: { readonly [field: string]: string },
  answer: JsonObject,
): JsonObject {
  if (fields['*'] === '$') return answer;
  const found = Object.entries(fields).map(([field, path]): [string, Json | undefined] => [
    field,
    select(path, answer),
  ]);
  return Object.fromEntries(found.filter((pair): pair is [string, Json] => pair[1] !== undefined));
}

function record(
  deps: ActivityDeps,
  items: readonly LookupItem[],
  outcomes: readonly Outcome[],
): Promise<void> {
  return appendEntries(
    deps.db,
    items.map((item, index) => lookupEntry(item, outcomes[index], deps.clock)),
  );
}

function lookupEntry(
  { run, command }: LookupItem,
  outcome: Outcome | undefined,
  clock: Clock,
): Entry {
  const failed = outcome?.kind !== 'ok';
  return newEntry(
    {
      tenant: run.tenant,
      type: 'lookup.done',
      actor: { kind: 'playbook', id: `${run.playbook}@${run.version}` },
      incident: run.incidentId,
      run: run.key,
      subject: command.call.capability,
      outcome: failed ? 'failed' : 'done',
      data: {
        step: command.step,
        connection: command.call.connection,
        input: command.call.input,
        fields: outcome?.kind === 'ok' ? Object.keys(outcome.output) : [],
        error: outcome?.kind === 'error' ? outcome.code : null,
      },
    },
    clock,
  );
}
