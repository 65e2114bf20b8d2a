import type { Component } from './supervise.ts';
import type { ActivityParts } from './activity-deps.ts';
import type { Base } from './base.ts';
import type { LoadedCatalog } from './catalog.ts';
import type { Core } from './core.ts';
import { dispatcherLoops } from './dispatcher-role.ts';
import type { Routes } from './http.ts';
import { intakeRole } from './intake-role.ts';
import { sequencerLoop } from './sequencer-role.ts';
import { ticketRole } from './ticket-role.ts';
import { activityWorker, activityWorkers, workflowWorker } from './workers.ts';
import type { WorkerName } from './workers.ts';

/** Every power is a process of its own in production; the embedded stack runs all of them in one. */
export const roles = [
  'intake',
  'workflow',
  'lookup',
  'ticket',
  'notify',
  'act',
  'record',
  'dispatcher',
  'sequencer',
] as const;
export type RoleName = (typeof roles)[number];

export const isRole = (text: string): text is RoleName => roles.some((role) => role === text);
export const isWorker = (role: RoleName): role is WorkerName =>
  Object.hasOwn(activityWorkers, role);

/** What a role runs besides the health routes that every process has. */
export interface RoleParts {
  readonly components: readonly Component[];
  readonly routes: readonly Routes[];
  /** Called once nothing new comes in: waits for what is under way. */
  drain(): Promise<void>;
}

/** What a role may be made of; the workflow worker gets by without any of it. */
export interface Parts {
  readonly core: Core;
  readonly catalog: LoadedCatalog;
  readonly activities: ActivityParts;
  /** Tells a dispatcher in the same process that there is work; those elsewhere hear it from PostgreSQL. */
  readonly wake: { call: () => void };
  /** True where no other process can hold batches. */
  readonly alone: boolean;
}

const nothingToDrain = async (): Promise<void> => undefined;

export function workflowRole(base: Base): RoleParts {
  return { components: [workflowWorker(base)], routes: [], drain: nothingToDrain };
}

export async function roleParts(
  role: Exclude<RoleName, 'workflow'>,
  parts: Parts,
): Promise<RoleParts> {
  if (role === 'ticket') return ticketRole(parts);
  if (isWorker(role))
    return {
      components: [activityWorker(parts.core, role, parts.activities.depsFor(role))],
      routes: [],
      drain: nothingToDrain,
    };
  if (role === 'intake') return intakeRole(parts);
  if (role === 'dispatcher')
    return { components: dispatcherLoops(parts), routes: [], drain: nothingToDrain };
  return { components: [await sequencerLoop(parts.core)], routes: [], drain: nothingToDrain };
}
