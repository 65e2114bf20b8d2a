import type { EntityFacts } from '../domain/correlation.ts';
import { mayReach } from '../platform/egress-address.ts';
import type { Finding, Resource } from '../domain/finding.ts';
import { shapeOf, workloadOf } from './name-shapes.ts';

/** What correlation rules read as `entity`. */
export function entityFacts(finding: Finding): EntityFacts {
  const { resources, actors } = finding;
  const [first] = resources;
  const named = (type: Resource['type']): string => {
    const item = resources.find((candidate) => candidate.type === type);
    return item === undefined ? '' : entityName(item);
  };
  const said = (field: 'namespace' | 'cluster' | 'account' | 'region'): string =>
    resources.find((item) => item[field] !== undefined)?.[field] ?? '';
  const acted = (type: 'user' | 'process'): string =>
    actors.find((item) => item.type === type)?.name ?? '';
  return {
    title: shapeOf(finding.title),
    resource: first === undefined ? '' : `${first.type}:${entityName(first)}`,
    place: placeOf(resources),
    namespace: said('namespace'),
    cluster: said('cluster'),
    account: said('account'),
    region: said('region'),
    user: acted('user'),
    process: acted('process'),
    host: named('host'),
    pod: named('pod'),
    workload: named('workload'),
    container: named('container'),
    cloud: named('cloud'),
    repository: named('repository'),
    service: named('service'),
    workloadPath: workloadPath(resources),
    indicators: indicatorsOf(finding),
  };
}

function workloadPath(resources: readonly Resource[]): string {
  const item = resources.find(({ type }) => type === 'workload' || type === 'pod');
  return item === undefined ? '' : `${item.namespace ?? ''}/${workloadOf(item.name)}`;
}

const indicatorsMax = 20;

/** What is seen on many machines only where they have the same trouble. */
function indicatorsOf({ observables }: Finding): readonly string[] {
  const found = observables.flatMap(({ type, value, role }) => {
    if (type === 'hash' && role !== 'target') return [`hash:${value.toLowerCase()}`];
    if (type === 'domain' && role === 'actor') return [`domain:${value.toLowerCase()}`];
    return type === 'ip' && role === 'actor' && mayReach(value, 'public') ? [`ip:${value}`] : [];
  });
  return [...new Set(found)].slice(0, indicatorsMax);
}

/** Where it ran: the workload before the container, the container before the host. */
function placeOf(resources: readonly Resource[]): string {
  for (const type of ['pod', 'workload', 'container', 'host'] as const) {
    const item = resources.find((candidate) => candidate.type === type);
    if (item !== undefined) return `${type}:${entityName(item)}`;
  }
  return '';
}

/** Pods and containers come and go; what owns them stays. */
function entityName(item: Resource): string {
  if (item.type === 'pod') return workloadOf(item.name);
  if (item.type === 'container') return item.name;
  return item.uid;
}
