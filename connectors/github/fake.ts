import {
  fieldsOf,
  textIn,
  type FakeProduct,
  type FakeReply,
  type FakeRequest,
} from '../fake-server.ts';

interface Issue {
  readonly number: number;
  readonly html_url: string;
  title: string;
  body: string;
  state: string;
  labels: { name: string }[];
  assignees: { login: string }[];
  readonly created_at: string;
  readonly comments: { id: number; body: string }[];
}

export interface GithubState {
  readonly issues: Issue[];
  lastComment: number;
}

const repository = '/repos/corp/incidents';
const limits = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999' } as const;

export const githubFake: FakeProduct<GithubState> = {
  name: 'github',
  initial: () => ({ issues: [], lastComment: 0 }),
  reply,
};

/** Token `fake-github-token` may write to corp/incidents, `fake-github-reader` may read it. */
function reply(request: FakeRequest, state: GithubState): FakeReply {
  const token = /^Bearer (fake-github-token|fake-github-reader)$/.exec(
    request.headers['authorization'] ?? '',
  )?.[1];
  if (token === undefined) return failure(401, 'Bad credentials');
  if (!request.path.startsWith(repository)) return failure(404, 'Not Found');
  const mayWrite = token === 'fake-github-token';
  if (request.method !== 'GET' && !mayWrite)
    return failure(403, 'Resource not accessible by personal access token');
  const path = request.path.slice(repository.length);
  if (path === '')
    return {
      status: 200,
      headers: limits,
      body: {
        full_name: 'corp/incidents',
        permissions: { admin: false, push: mayWrite, triage: mayWrite, pull: true },
      },
    };
  if (path === '/issues')
    return request.method === 'POST' ? open(request, state) : list(request, state);
  const found = /^\/issues\/(\d+)(\/comments)?$/.exec(path);
  const issue = state.issues.find(({ number }) => String(number) === found?.[1]);
  if (issue === undefined) return failure(404, 'Not Found');
  if (found?.[2] === undefined)
    return request.method === 'PATCH'
      ? change(request, issue)
      : { status: 200, headers: limits, body: issue };
  return request.method === 'POST'
    ? comment(request, { state, issue })
    : page(request, issue.comments, 30);
}

function open(request: FakeRequest, state: GithubState): FakeReply {
  const wanted = fieldsOf(request);
  if (typeof wanted['title'] !== 'string' || wanted['title'] === '')
    return failure(422, 'Validation Failed');
  const number = state.issues.length + 1;
  const issue: Issue = {
    number,
    html_url: `https://github.com/corp/incidents/issues/${number}`,
    title: wanted['title'],
    body: textIn(wanted, 'body'),
    state: 'open',
    labels: labelsIn(wanted),
    assignees: [],
    created_at: new Date().toISOString(),
    comments: [],
  };
  state.issues.push(issue);
  return { status: 201, headers: limits, body: issue };
}

function list(request: FakeRequest, state: GithubState): FakeReply {
  const labels = (request.query.get('labels') ?? '').split(',').filter((name) => name !== '');
  const wanted = request.query.get('state') ?? 'open';
  const found = state.issues.filter(
    (issue) =>
      (wanted === 'all' || issue.state === wanted) &&
      labels.every((label) => issue.labels.some(({ name }) => name === label)),
  );
  return page(request, found.toReversed(), 30);
}

function change(request: FakeRequest, issue: Issue): FakeReply {
  const wanted = fieldsOf(request);
  if (typeof wanted['title'] === 'string') issue.title = wanted['title'];
  if (typeof wanted['body'] === 'string') issue.body = wanted['body'];
  if (typeof wanted['state'] === 'string') issue.state = wanted['state'];
  if (Array.isArray(wanted['labels'])) issue.labels = labelsIn(wanted);
  if (Array.isArray(wanted['assignees']))
    issue.assignees = wanted['assignees'].map((login) => ({ login: String(login) }));
  return { status: 200, headers: limits, body: issue };
}

function comment(
  request: FakeRequest,
  { state, issue }: { state: GithubState; issue: Issue },
): FakeReply {
  state.lastComment += 1;
  const made = { id: state.lastComment, body: textIn(fieldsOf(request), 'body') };
  issue.comments.push(made);
  return { status: 201, headers: limits, body: made };
}

function page(request: FakeRequest, all: readonly unknown[], sizeDefault: number): FakeReply {
  const size = Number(request.query.get('per_page') ?? sizeDefault);
  const first = (Number(request.query.get('page') ?? 1) - 1) * size;
  return { status: 200, headers: limits, body: all.slice(first, first + size) };
}

function labelsIn(wanted: Readonly<Record<string, unknown>>): { name: string }[] {
  return Array.isArray(wanted['labels'])
    ? wanted['labels'].map((name) => ({ name: String(name) }))
    : [];
}

function failure(status: number, message: string): FakeReply {
  return {
    status,
    headers: limits,
    body: { message, documentation_url: 'https://docs.github.com/rest' },
  };
}
