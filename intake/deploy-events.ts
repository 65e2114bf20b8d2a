import { deployLimits, type Deploy } from '../domain/deploy.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { isoTime } from '../platform/clock.ts';
import { at, listAt, objectAt, textAt } from './fields.ts';
import { parseTime } from './times.ts';

/** What a product said of one deploy; not yet redacted, but for `uid` bounded afterwards. */
export type DeployDraft = Omit<Deploy, 'source'>;

type Reader = (event: JsonObject) => Omit<DeployDraft, 'at'> & { readonly at: string | null };

/**
 * Reads the deploys of GitHub (`deployment`, `deployment_status`), GitLab (`deployment`), Argo CD (the application, as
 * notification templates send it), Flux (events of a HelmRelease or Kustomization), and our own form. Nothing where the
 * body is none of these.
 */
export function readDeploys(value: Json, receivedAtMs: number): readonly DeployDraft[] {
  const events = isObject(value) ? [value, ...listAt(value, 'deploys').filter(isObject)] : [];
  return events.slice(0, deployLimits.perDelivery + 1).flatMap((event) => {
    const reader = readers.find(({ knows }) => knows(event));
    if (reader === undefined) return [];
    const read = reader.read(event);
    const service = read.service.toLowerCase();
    if (service === '') return [];
    return [{ ...read, service, at: read.at ?? isoTime(receivedAtMs) }];
  });
}

const words: Readonly<Record<string, Deploy['status']>> = {
  success: 'succeeded',
  succeeded: 'succeeded',
  inactive: 'succeeded',
  failed: 'failed',
  failure: 'failed',
  error: 'failed',
  canceled: 'failed',
};
const statusOf = (text: string): Deploy['status'] => words[text.toLowerCase()] ?? 'started';

/** The name without its owner. */
const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const github: Reader = (event) => ({
  uid: `github/${textAt(event, 'deployment.id')}`,
  service: lastPart(textAt(event, 'repository.name', 'repository.full_name')),
  environment: textAt(event, 'deployment.environment', 'deployment_status.environment'),
  version: textAt(event, 'deployment.sha', 'deployment.ref'),
  status: statusOf(textAt(event, 'deployment_status.state')),
  actor: textAt(event, 'deployment.creator.login', 'sender.login'),
  url: textAt(event, 'deployment_status.target_url', 'deployment.url'),
  at: parseTime(at(event, 'deployment_status.created_at') ?? at(event, 'deployment.created_at')),
});

const gitlab: Reader = (event) => ({
  uid: `gitlab/${textAt(event, 'deployment_id')}`,
  service: lastPart(textAt(event, 'project.path_with_namespace', 'project.name')),
  environment: textAt(event, 'environment'),
  version: textAt(event, 'short_sha', 'ref'),
  status: statusOf(textAt(event, 'status')),
  actor: textAt(event, 'user.username', 'user.name'),
  url: textAt(event, 'deployable_url'),
  at: parseTime(at(event, 'status_changed_at')),
});

const argo: Reader = (event) => {
  const app = objectAt(event, 'app') ?? objectAt(event, 'application') ?? event;
  const version = textAt(
    app,
    'status.operationState.syncResult.revision',
    'status.sync.revision',
    'revision',
  );
  const name = textAt(event, 'app', 'application') || textAt(app, 'metadata.name');
  return {
    uid: `argocd/${name}/${version}/${textAt(app, 'status.operationState.startedAt', 'startedAt')}`,
    service: name,
    environment: textAt(app, 'spec.destination.namespace', 'spec.destination.name', 'namespace'),
    version,
    status: statusOf(textAt(app, 'status.operationState.phase', 'phase')),
    actor: textAt(app, 'status.operationState.operation.initiatedBy.username'),
    url: textAt(event, 'url'),
    at: parseTime(
      at(app, 'status.operationState.finishedAt') ??
        at(app, 'status.operationState.startedAt') ??
        at(app, 'startedAt'),
    ),
  };
};

const flux: Reader = (event) => {
  const name = textAt(event, 'involvedObject.name');
  const reason = textAt(event, 'reason').toLowerCase();
  const meta = objectAt(event, 'metadata') ?? {};
  const revision = Object.entries(meta).find(([key]) => key.endsWith('revision'))?.[1];
  const version = typeof revision === 'string' ? revision : '';
  return {
    uid: `flux/${textAt(event, 'involvedObject.namespace')}/${name}/${version}`,
    service: name,
    environment: textAt(event, 'involvedObject.namespace'),
    version,
    status: reason.endsWith('succeeded')
      ? 'succeeded'
      : textAt(event, 'severity') === 'error'
        ? 'failed'
        : 'started',
    actor: textAt(event, 'reportingController'),
    url: '',
    at: parseTime(at(event, 'timestamp')),
  };
};

const own: Reader = (event) => {
  const service = textAt(event, 'service');
  const version = textAt(event, 'version');
  const environment = textAt(event, 'environment');
  const time = parseTime(at(event, 'at'));
  return {
    uid: textAt(event, 'id') || `own/${service}/${environment}/${version}/${time ?? ''}`,
    service,
    environment,
    version,
    status: statusOf(textAt(event, 'status') || 'succeeded'),
    actor: textAt(event, 'actor'),
    url: textAt(event, 'url'),
    at: time,
  };
};

const fluxKinds: readonly unknown[] = ['Kustomization', 'HelmRelease'];

const readers: readonly { knows(event: JsonObject): boolean; readonly read: Reader }[] = [
  {
    knows: (event) => isObject(event['deployment']) && isObject(event['repository']),
    read: github,
  },
  {
    knows: (event) => event['object_kind'] === 'deployment' && 'deployment_id' in event,
    read: gitlab,
  },
  { knows: (event) => fluxKinds.includes(at(event, 'involvedObject.kind')), read: flux },
  {
    knows: (event) =>
      at(event, 'app.metadata.name') !== undefined ||
      at(event, 'application.metadata.name') !== undefined ||
      (at(event, 'status.operationState') !== undefined &&
        at(event, 'metadata.name') !== undefined) ||
      (typeof event['app'] === 'string' && ('revision' in event || 'phase' in event)),
    read: argo,
  },
  { knows: (event) => typeof event['service'] === 'string', read: own },
];
