import { SallyportError } from '../../domain/errors.ts';
import type { EgressResponse } from '../../platform/egress-answer.ts';
import type { EgressRequest } from '../../platform/http.ts';
import { retryAfterMs } from '../../platform/retry-after.ts';
import { answerAs, optionsAs, secretOf, type CallContext } from '../contract.ts';
import { encodeSegment } from '../path-template.ts';
import {
  commentsAnswer,
  githubOptions,
  issueAnswer,
  issuesAnswer,
  repositoryAnswer,
  type GithubIssue,
} from './responses.schema.ts';

const pageSize = 100;
const issuePagesMax = 10;
const commentPagesMax = 10;
/** An effect is settled within minutes; an issue list that reaches back this far would show what we made. */
const lookBackMs = 24 * 3_600_000;

/** Whether something was found, is certainly not there, or may lie beyond the pages that we read. */
export type Search<Found> =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'absent' }
  | { readonly kind: 'beyond' };

export async function findIssue(ctx: CallContext, marker: string): Promise<Search<GithubIssue>> {
  const { label } = optionsAs(ctx.connection, githubOptions);
  for (let page = 1; page <= issuePagesMax; page += 1) {
    const query = {
      labels: label,
      state: 'all',
      sort: 'created',
      direction: 'desc',
      per_page: String(pageSize),
      page: String(page),
    };
    const issues = answerAs(
      await github(ctx, { method: 'GET', path: '/issues', query, effect: 'read' }),
      issuesAnswer,
    );
    const found = issues.find(
      ({ body, pull_request: pull }) => pull === undefined && bears(body, marker),
    );
    if (found !== undefined) return { kind: 'found', found };
    const oldest = issues.at(-1);
    if (issues.length < pageSize || oldest === undefined) return { kind: 'absent' };
    if (Date.parse(oldest.created_at) < ctx.clock.nowMs() - lookBackMs) return { kind: 'absent' };
  }
  return { kind: 'beyond' };
}

export async function findComment(
  ctx: CallContext,
  ticketId: string,
  marker: string,
): Promise<Search<number>> {
  for (let page = 1; page <= commentPagesMax; page += 1) {
    const query = { per_page: String(pageSize), page: String(page) };
    const comments = answerAs(
      await github(ctx, {
        method: 'GET',
        path: `${issuePath(ticketId)}/comments`,
        query,
        effect: 'read',
      }),
      commentsAnswer,
    );
    const found = comments.find(({ body }) => bears(body, marker));
    if (found !== undefined) return { kind: 'found', found: found.id };
    if (comments.length < pageSize) return { kind: 'absent' };
  }
  return { kind: 'beyond' };
}

export async function readIssue(ctx: CallContext, ticketId: string): Promise<GithubIssue> {
  return answerAs(
    await github(ctx, { method: 'GET', path: issuePath(ticketId), effect: 'read' }),
    issueAnswer,
  );
}

export async function changeIssue(
  ctx: CallContext,
  ticketId: string,
  change: Readonly<Record<string, unknown>>,
): Promise<GithubIssue> {
  return answerAs(
    await github(ctx, {
      method: 'PATCH',
      path: issuePath(ticketId),
      body: { kind: 'json', value: change },
      effect: 'write',
    }),
    issueAnswer,
  );
}

/** Says whether the token may write: GitHub tells with the repository. */
export async function repositoryPermission(ctx: CallContext): Promise<'yes' | 'no' | 'unknown'> {
  const { permissions } = answerAs(
    await github(ctx, { method: 'GET', path: '', effect: 'read' }),
    repositoryAnswer,
  );
  if (permissions === undefined) return 'unknown';
  return permissions.push || permissions.triage === true ? 'yes' : 'no';
}

export const issuePath = (ticketId: string): string => `/issues/${encodeSegment(ticketId)}`;

/** One call below the repository. GitHub answers 403 when a rate is exceeded: then nothing was done, and it says until when. */
export async function github(ctx: CallContext, wanted: EgressRequest): Promise<EgressResponse> {
  const { owner, repo } = optionsAs(ctx.connection, githubOptions);
  const response = await ctx.http.request({
    ...wanted,
    path: `/repos/${owner}/${repo}${wanted.path}`,
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      authorization: `Bearer ${secretOf(ctx.connection)}`,
    },
    answers: [403],
    signal: ctx.signal,
  });
  if (response.status !== 403) return response;
  const limited =
    response.headers['retry-after'] !== undefined ||
    response.headers['x-ratelimit-remaining'] === '0';
  if (limited)
    throw new SallyportError('VENDOR_THROTTLED', 'GitHub limits our rate', {
      retryAfterMs: retryAfterMs(response.headers, ctx.clock.nowMs()),
    });
  throw new SallyportError('VENDOR_DENIED', 'GitHub refuses the token');
}

/** SECURITY: our marker is the last thing in a body; one that stands anywhere else came with foreign text. */
function bears(body: string | null | undefined, marker: string): boolean {
  return body?.trimEnd().endsWith(marker) === true;
}
