import type { FakeProduct, FakeReply, FakeRequest } from '../fake-server.ts';

interface Device {
  readonly device_id: string;
  readonly hostname: string;
  status: string;
  readonly platform_name: string;
  readonly os_version: string;
  readonly last_seen: string;
  readonly local_ip: string;
  readonly external_ip: string;
  readonly groups: readonly string[];
  readonly tags: readonly string[];
}

export interface FalconState {
  readonly devices: Device[];
  readonly actions: { action: string; id: string }[];
  issued: number;
}

export const falconFake: FakeProduct<FalconState> = {
  name: 'crowdstrike',
  initial: () => ({
    devices: [deviceNamed('web-7', '1'), deviceNamed('db-10', '2'), deviceNamed('build-3', '3')],
    actions: [],
    issued: 0,
  }),
  reply,
};

/** Client id `fake-client` has every scope, `fake-reader` reads only; both use the secret `fake-secret`. */
const scopes: Record<string, 'write' | 'read'> = { 'fake-client': 'write', 'fake-reader': 'read' };
const limits = { 'x-ratelimit-limit': '6000', 'x-ratelimit-remaining': '5999' } as const;

function reply(request: FakeRequest, state: FalconState): FakeReply {
  if (request.path === '/oauth2/token' && request.method === 'POST') return token(request, state);
  const scope = /^Bearer fake-token-(write|read)-\d+$/.exec(
    request.headers['authorization'] ?? '',
  )?.[1];
  if (scope === undefined) return failure(401, 'access denied, invalid bearer token');
  const route = `${request.method} ${request.path}`;
  if (route === 'GET /devices/queries/devices/v1') return query(request, state);
  if (route === 'POST /devices/entities/devices/v2') return entities(idsOf(request), state);
  if (route === 'GET /devices/entities/devices/v2')
    return entities(request.query.getAll('ids'), state);
  if (route === 'POST /devices/entities/devices-actions/v2')
    return scope === 'write'
      ? act(request, state)
      : failure(403, 'access denied, authorization failed');
  return failure(404, 'not found');
}

function token(request: FakeRequest, state: FalconState): FakeReply {
  const form = new URLSearchParams(request.body);
  const scope = scopes[form.get('client_id') ?? ''];
  if (scope === undefined || form.get('client_secret') !== 'fake-secret')
    return failure(401, 'access denied, invalid client');
  state.issued += 1;
  return {
    status: 201,
    headers: limits,
    body: {
      access_token: `fake-token-${scope}-${state.issued}`,
      token_type: 'bearer',
      expires_in: 1799,
    },
  };
}

function query(request: FakeRequest, state: FalconState): FakeReply {
  const wanted = /^hostname:'([^']*)'$/.exec(request.query.get('filter') ?? '')?.[1];
  if (wanted === undefined) return failure(400, 'invalid filter');
  const ids = state.devices
    .filter(({ hostname }) => hostname === wanted.toLowerCase())
    .map(({ device_id: id }) => id);
  return success(200, ids);
}

function entities(ids: readonly string[], state: FalconState): FakeReply {
  return success(
    200,
    state.devices.filter(({ device_id: id }) => ids.includes(id)),
  );
}

function act(request: FakeRequest, state: FalconState): FakeReply {
  const action = request.query.get('action_name');
  const ids = idsOf(request);
  if ((action !== 'contain' && action !== 'lift_containment') || ids.length === 0)
    return failure(400, 'invalid request');
  const known = state.devices.filter(({ device_id: id }) => ids.includes(id));
  if (known.length === 0) return failure(404, 'no such device');
  for (const device of known) {
    state.actions.push({ action, id: device.device_id });
    device.status = action === 'contain' ? 'contained' : 'normal';
  }
  return success(
    202,
    known.map(({ device_id: id }) => ({ id, path: `/devices/entities/devices/v1?ids=${id}` })),
  );
}

function idsOf(request: FakeRequest): readonly string[] {
  const body: unknown = JSON.parse(request.body === '' ? '{}' : request.body);
  const ids = typeof body === 'object' && body !== null && 'ids' in body ? body.ids : [];
  return Array.isArray(ids) ? ids.map(String) : [];
}

function success(status: number, resources: readonly unknown[]): FakeReply {
  return {
    status,
    headers: limits,
    body: { meta: { query_time: 0.01, trace_id: 'fake' }, resources, errors: [] },
  };
}

function failure(status: number, message: string): FakeReply {
  return {
    status,
    headers: limits,
    body: {
      meta: { query_time: 0.01, trace_id: 'fake' },
      resources: [],
      errors: [{ code: status, message }],
    },
  };
}

function deviceNamed(hostname: string, digit: string): Device {
  return {
    device_id: digit.repeat(32),
    hostname,
    status: 'normal',
    platform_name: 'Linux',
    os_version: 'Ubuntu 24.04',
    last_seen: '2026-01-01T00:00:00Z',
    local_ip: `10.0.0.${digit}`,
    external_ip: `198.51.100.${digit}`,
    groups: [],
    tags: ['FalconGroupingTags/prod'],
  };
}
