import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type {
  EffectActivities,
  GateActivities,
  LookupActivities,
  RecordActivities,
} from '../activities/contract.ts';
import type { PrivilegeClass } from '../domain/capability.ts';
import { taskQueues } from './ids.ts';

/**
 * An outcome of the outside world is a value, so a failed activity is a worker that died, a database that is away or
 * a bug. A batch waits for the first two half a minute at most, through a restart or two, and is taken apart then, or
 * at once for a bug; a run of its own waits for a day.
 */
const patient: ActivityOptions = {
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '24h',
  heartbeatTimeout: '3s',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '15s',
    nonRetryableErrorTypes: ['BROKEN_INVARIANT'],
  },
};

/**
 * Names of errors that only a change of the program mends: they must not hold up the others of a batch. A run of its own
 * outlasts them.
 */
const bugs = [
  'BROKEN_INVARIANT',
  'Error',
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'AssertionError',
];
const brisk: ActivityOptions = {
  ...patient,
  scheduleToCloseTimeout: '40s',
  retry: {
    initialInterval: '200ms',
    backoffCoefficient: 2,
    maximumInterval: '5s',
    maximumAttempts: 8,
    nonRetryableErrorTypes: bugs,
  },
};

export interface Proxies {
  readonly lookup: LookupActivities;
  readonly effects: { readonly [Class in Exclude<PrivilegeClass, 'lookup'>]: EffectActivities };
  readonly gates: GateActivities;
  readonly record: RecordActivities;
}

function proxiesWith(options: ActivityOptions): Proxies {
  return {
    lookup: proxyActivities<LookupActivities>({ ...options, taskQueue: taskQueues.lookup }),
    effects: {
      ticket: proxyActivities<EffectActivities>({ ...options, taskQueue: taskQueues.ticket }),
      notify: proxyActivities<EffectActivities>({ ...options, taskQueue: taskQueues.notify }),
      act: proxyActivities<EffectActivities>({ ...options, taskQueue: taskQueues.act }),
    },
    gates: proxyActivities<GateActivities>({ ...options, taskQueue: taskQueues.act }),
    record: proxyActivities<RecordActivities>({ ...patient, taskQueue: taskQueues.record }),
  };
}

export const batchProxies: Proxies = proxiesWith(brisk);
export const runProxies: Proxies = proxiesWith(patient);
