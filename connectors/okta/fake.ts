import type { FakeProduct, FakeReply, FakeRequest } from '../fake-server.ts';

interface User {
  readonly id: string;
  status: string;
  readonly created: string;
  readonly lastLogin: string;
  readonly profile: {
    readonly login: string;
    readonly email: string;
    readonly department: string;
    readonly title: string;
  };
}

export interface OktaState {
  readonly users: User[];
  readonly actions: { verb: string; id: string }[];
}

const limits = { 'x-rate-limit-limit': '600', 'x-rate-limit-remaining': '599' } as const;

export const oktaFake: FakeProduct<OktaState> = {
  name: 'okta',
  initial: () => ({
    users: [userNamed('dana', '00u1danafake'), userNamed('eli', '00u2elifake')],
    actions: [],
  }),
  reply,
};

/** Token `fake-okta-token` has every right, `fake-okta-reader` reads only. */
function reply(request: FakeRequest, state: OktaState): FakeReply {
  const token = /^SSWS (fake-okta-token|fake-okta-reader)$/.exec(
    request.headers['authorization'] ?? '',
  )?.[1];
  if (token === undefined) return failure(401, 'E0000011', 'Invalid token provided');
  const found = /^\/api\/v1\/users\/([^/]+)(?:\/lifecycle\/(suspend|unsuspend))?$/.exec(
    request.path,
  );
  if (found === null)
    return failure(404, 'E0000022', 'The endpoint does not support the provided HTTP method');
  const verb = found[2];
  if (verb !== undefined && token === 'fake-okta-reader')
    return failure(403, 'E0000006', 'You do not have permission to perform the requested action');
  const name = decodeURIComponent(found[1] ?? '');
  const user = state.users.find(({ id, profile }) => id === name || profile.login === name);
  if (user === undefined) return failure(404, 'E0000007', 'Not found: Resource not found (User)');
  if (verb === undefined) return { status: 200, headers: limits, body: user };
  if (user.status !== (verb === 'suspend' ? 'ACTIVE' : 'SUSPENDED'))
    return failure(400, 'E0000001', `Api validation failed: ${verb}`);
  user.status = verb === 'suspend' ? 'SUSPENDED' : 'ACTIVE';
  state.actions.push({ verb, id: user.id });
  return { status: 200, headers: limits, body: {} };
}

function failure(status: number, errorCode: string, errorSummary: string): FakeReply {
  return {
    status,
    headers: limits,
    body: { errorCode, errorSummary, errorLink: errorCode, errorId: 'fake', errorCauses: [] },
  };
}

function userNamed(name: string, id: string): User {
  const login = `${name}@corp.example`;
  return {
    id,
    status: 'ACTIVE',
    created: '2025-01-01T00:00:00.000Z',
    lastLogin: '2026-01-01T00:00:00.000Z',
    profile: { login, email: login, department: 'Finance', title: 'Analyst' },
  };
}
