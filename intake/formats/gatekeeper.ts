import type { Declaration } from '../declaration.ts';
import { declare } from '../declare.ts';
import { all, any, has, says, starts } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { byTable } from '../severity-rules.ts';

/** OPA Gatekeeper states no severity; what a rule may do to an offender is the nearest thing. */
const actions = { deny: 4, warn: 3, dryrun: 2, audit: 2, scoped: 0 } as const;

const shared = {
  kind: 'policy_violation',
  product: literal('OPA Gatekeeper'),
} as const satisfies Partial<Declaration>;

/** Violations one by one, as the audit exports (camelCase) or logs (snake_case) them. */
export const gatekeeper = declare({
  ...shared,
  name: 'gatekeeper',
  recognises: any(
    says('eventtype', 'violation_audited', 'violation'),
    has('constraintname', 'constraintkind'),
    all(has('enforcementaction', 'resourcekind'), starts('group', 'constraints.gatekeeper')),
  ),
  title: joined(': ', ['constraint_name', 'name'], ['msg', 'message'], ['constraint_kind', 'kind']),
  description: ['message', 'msg'],
  // The run's own id changes with each run: what is violated, and by whom, stays.
  uid: joined(
    '/',
    ['constraint_kind', 'kind'],
    ['constraint_name', 'name'],
    ['resource_kind', 'resourceKind'],
    ['resource_namespace', 'resourceNamespace'],
    ['resource_name', 'resourceName'],
  ),
  time: ['ts', 'timestamp', 'audit_id', 'id'],
  severity: [
    byTable('constraint_action', actions),
    byTable('enforcementAction', actions),
    byTable('enforcement_action', actions),
  ],
  status: { from: [], closed: [], otherwise: 'open' },
  analytic: {
    uid: joined('/', ['constraint_kind', 'kind'], ['constraint_name', 'name']),
    name: ['constraint_name', 'name'],
  },
  resources: [
    {
      type: 'workload',
      name: ['resource_name', 'resourceName'],
      namespace: ['resource_namespace', 'resourceNamespace'],
    },
    { type: 'other', name: ['resource_namespace', 'resourceNamespace'] },
  ],
  actors: [{ type: 'user', name: 'request_username' }],
  compliance: {
    standard: literal('Gatekeeper'),
    control: ['constraint_kind', 'kind'],
    status: ['constraint_action', 'enforcementAction'],
  },
});

/** A constraint with the violations that its last audit found; none of them is no finding. */
export const gatekeeperConstraint = declare({
  ...shared,
  name: 'gatekeeper',
  recognises: starts('apiversion', 'constraints.gatekeeper.sh/'),
  items: 'status.violations',
  title: joined(': ', '^.metadata.name', 'message', '^.kind'),
  description: 'message',
  uid: joined('/', '^.kind', '^.metadata.name', 'kind', 'namespace', 'name'),
  time: ['^.status.auditTimestamp'],
  severity: [byTable('enforcementAction', actions)],
  status: { from: [], closed: [], otherwise: 'open' },
  analytic: { uid: joined('/', '^.kind', '^.metadata.name'), name: '^.metadata.name' },
  resources: [{ type: 'workload', name: 'name', namespace: 'namespace' }],
  compliance: {
    standard: literal('Gatekeeper'),
    control: '^.kind',
    status: 'enforcementAction',
  },
});
