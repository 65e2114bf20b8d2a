import { describe, expect, test } from 'vitest';
import { readDeploys } from '../../../intake/deploy-events.ts';
import type { Json } from '../../../domain/json.ts';

const receivedMs = Date.parse('2026-11-20T10:00:00Z');
const read = (value: Json): unknown => readDeploys(value, receivedMs);

describe('a deploy as its product tells it', () => {
  test.each<[string, Json, object]>([
    [
      'GitHub, its status',
      {
        deployment_status: {
          state: 'success',
          created_at: '2026-11-20T09:59:00Z',
          target_url: 'https://ci.example/1',
        },
        deployment: {
          id: 42,
          sha: 'abc123',
          environment: 'production',
          creator: { login: 'dana' },
        },
        repository: { name: 'Cart', full_name: 'acme/Cart' },
      },
      {
        uid: 'github/42',
        service: 'cart',
        environment: 'production',
        version: 'abc123',
        status: 'succeeded',
        actor: 'dana',
        at: '2026-11-20T09:59:00Z',
      },
    ],
    [
      'GitHub, its beginning',
      {
        deployment: {
          id: 42,
          sha: 'abc123',
          environment: 'production',
          created_at: '2026-11-20T09:58:00Z',
        },
        repository: { name: 'Cart' },
      },
      { uid: 'github/42', status: 'started' },
    ],
    [
      'GitLab',
      {
        object_kind: 'deployment',
        status: 'failed',
        status_changed_at: '2026-11-20 10:50:00 +0100',
        deployment_id: 15,
        environment: 'staging',
        project: { path_with_namespace: 'acme/shop' },
        short_sha: '279484c0',
        user: { username: 'eli' },
      },
      {
        uid: 'gitlab/15',
        service: 'shop',
        version: '279484c0',
        status: 'failed',
        at: '2026-11-20T09:50:00Z',
      },
    ],
    [
      'Argo CD',
      {
        app: {
          metadata: { name: 'mail' },
          spec: { destination: { namespace: 'prod' } },
          status: {
            operationState: {
              phase: 'Succeeded',
              startedAt: '2026-11-20T09:50:00Z',
              finishedAt: '2026-11-20T09:51:00Z',
              syncResult: { revision: 'f00d' },
            },
          },
        },
      },
      {
        uid: 'argocd/mail/f00d/2026-11-20T09:50:00Z',
        service: 'mail',
        environment: 'prod',
        version: 'f00d',
        status: 'succeeded',
        at: '2026-11-20T09:51:00Z',
      },
    ],
    [
      'Flux',
      {
        involvedObject: { kind: 'HelmRelease', namespace: 'prod', name: 'db' },
        severity: 'info',
        timestamp: '2026-11-20T09:52:00Z',
        reason: 'UpgradeSucceeded',
        metadata: { 'helm.toolkit.fluxcd.io/revision': '1.4.0' },
        reportingController: 'helm-controller',
      },
      {
        uid: 'flux/prod/db/1.4.0',
        service: 'db',
        environment: 'prod',
        version: '1.4.0',
        status: 'succeeded',
      },
    ],
    [
      'our own form',
      { service: 'API', version: '7' },
      { service: 'api', version: '7', status: 'succeeded', at: '2026-11-20T10:00:00.000Z' },
    ],
  ])('%s', (_product, event, expected) => {
    expect(read(event)).toEqual([expect.objectContaining(expected)]);
  });

  test('is none where the body tells of something else', () => {
    for (const other of [
      { alerts: [] },
      [],
      'text',
      null,
      { object_kind: 'push' },
      { service: '' },
    ])
      expect(read(other)).toEqual([]);
  });
});
