import { digestOf } from '../../domain/digest.ts';
import {
  answerAs,
  defineCapability,
  optionsAs,
  type CallContext,
  type Connector,
  type Settlement,
} from '../contract.ts';
import { reportCheck } from '../report.ts';
import { statusOf } from './issue-status.ts';
import { ticketManifest } from '../ticket-manifests.ts';
import {
  commentInput,
  commentOutput,
  ensureInput,
  ensureOutput,
  findInput,
  findOutput,
  notFound,
  statusInput,
  statusOutput,
  transitionInput,
  transitionOutput,
  updateInput,
  updateOutput,
  type EnsureInput,
  type TransitionInput,
  type UpdateInput,
} from '../ticket.schema.ts';
import {
  changeIssue,
  findComment,
  findIssue,
  github,
  issuePath,
  readIssue,
  repositoryPermission,
} from './client.ts';
import { commentAnswer, githubOptions, issueAnswer, type GithubIssue } from './responses.schema.ts';

const manifestOf = (
  verb: Parameters<typeof ticketManifest>[2],
): ReturnType<typeof ticketManifest> => ticketManifest('github', 'GitHub Issues', verb);
const beyondUs: Settlement = { kind: 'unknown' };
const labelCharsMax = 50;

const ensure = defineCapability({
  manifest: manifestOf('ensure'),
  input: ensureInput,
  output: ensureOutput,
  call: async (input, ctx) => {
    const before = await findIssue(ctx, markerOf(input.externalKey));
    if (before.kind === 'found') return { ...toTicket(before.found), created: false };
    const value = {
      title: input.title,
      body: withMarker(input.body, input.externalKey),
      labels: labelsOf(input, ctx),
    };
    const response = await github(ctx, {
      method: 'POST',
      path: '/issues',
      body: { kind: 'json', value },
      effect: 'write',
    });
    return { ...toTicket(answerAs(response, issueAnswer)), created: true };
  },
  settle: async ({ externalKey }, ctx): Promise<Settlement> => {
    const search = await findIssue(ctx, markerOf(externalKey));
    if (search.kind === 'found')
      return { kind: 'done', output: { ...toTicket(search.found), created: true } };
    return search.kind === 'absent' ? { kind: 'absent' } : beyondUs;
  },
});

const comment = defineCapability({
  manifest: manifestOf('comment'),
  input: commentInput,
  output: commentOutput,
  call: async ({ ticketId, key, body }, ctx) => {
    const before = await findComment(ctx, ticketId, markerOf(key));
    if (before.kind === 'found')
      return { ticketId, commentId: String(before.found), created: false };
    const value = { body: withMarker(body, key) };
    const response = await github(ctx, {
      method: 'POST',
      path: `${issuePath(ticketId)}/comments`,
      body: { kind: 'json', value },
      effect: 'write',
    });
    return { ticketId, commentId: String(answerAs(response, commentAnswer).id), created: true };
  },
  settle: async ({ ticketId, key }, ctx): Promise<Settlement> => {
    const search = await findComment(ctx, ticketId, markerOf(key));
    if (search.kind === 'found')
      return { kind: 'done', output: { ticketId, commentId: String(search.found), created: true } };
    return search.kind === 'absent' ? { kind: 'absent' } : beyondUs;
  },
});

const update = defineCapability({
  manifest: manifestOf('update'),
  input: updateInput,
  output: updateOutput,
  call: async (input, ctx) => {
    const before = await readIssue(ctx, input.ticketId);
    const change = issueChange(input, before, ctx);
    if (change === null) return { ...toTicket(before), changed: false };
    return { ...toTicket(await changeIssue(ctx, input.ticketId, change)), changed: true };
  },
  settle: async (input, ctx): Promise<Settlement> => {
    const now = await readIssue(ctx, input.ticketId);
    return issueChange(input, now, ctx) === null
      ? { kind: 'done', output: { ...toTicket(now), changed: true } }
      : { kind: 'absent' };
  },
});

const transition = defineCapability({
  manifest: manifestOf('transition'),
  input: transitionInput,
  output: transitionOutput,
  call: async ({ ticketId, status }, ctx) => {
    const before = await readIssue(ctx, ticketId);
    if (before.state === issueState(status)) return { ticketId, status, changed: false };
    await changeIssue(ctx, ticketId, {
      state: issueState(status),
      ...(issueState(status) === 'closed' ? { state_reason: 'completed' } : {}),
    });
    return { ticketId, status, changed: true };
  },
  settle: async ({ ticketId, status }, ctx): Promise<Settlement> => {
    const now = await readIssue(ctx, ticketId);
    return now.state === issueState(status)
      ? { kind: 'done', output: { ticketId, status, changed: true } }
      : { kind: 'absent' };
  },
});

const find = defineCapability({
  manifest: manifestOf('find'),
  input: findInput,
  output: findOutput,
  call: async ({ externalKey }, ctx) => {
    const search = await findIssue(ctx, markerOf(externalKey));
    if (search.kind !== 'found') return notFound;
    return {
      found: true,
      ...toTicket(search.found),
      status: search.found.state,
      title: search.found.title,
    };
  },
});

const status = defineCapability({
  manifest: manifestOf('status'),
  input: statusInput,
  output: statusOutput,
  call: async ({ ticketId }, ctx) => statusOf(await readIssue(ctx, ticketId), ctx),
});

export const githubIssues: Connector = {
  manifest: {
    name: 'github',
    title: 'GitHub Issues',
    version: '1.0.0',
    capabilities: [ensure, comment, update, transition, find, status].map(
      ({ manifest }) => manifest,
    ),
  },
  capabilities: {
    'github.ticket.ensure': ensure,
    'github.ticket.comment': comment,
    'github.ticket.update': update,
    'github.ticket.transition': transition,
    'github.ticket.find': find,
    'github.ticket.status': status,
  },
  check: async (ctx) =>
    reportCheck({
      read: () => repositoryPermission(ctx),
      probeWrite: () => repositoryPermission(ctx),
    }),
};

/** GitHub keeps no key of ours, so the body carries one where no reader sees it. A digest says nothing about the incident. */
function markerOf(key: string): string {
  return `<!-- sallyport:${digestOf('sallyport/github-marker/v1', key)} -->`;
}

const withMarker = (body: string, key: string): string => `${body}\n\n${markerOf(key)}`;

function toTicket(issue: GithubIssue): { ticketId: string; url: string } {
  return { ticketId: String(issue.number), url: issue.html_url };
}

/** Issues have no priority and no team, so both become labels. */
function labelsOf(
  { labels, priority, team }: Pick<EnsureInput, 'labels' | 'priority' | 'team'>,
  ctx: CallContext,
): readonly string[] {
  const { label } = optionsAs(ctx.connection, githubOptions);
  const named = [
    label,
    ...(priority === '' ? [] : [`priority: ${priority}`]),
    ...(team === '' ? [] : [`team: ${team}`]),
    ...labels,
  ];
  return [...new Set(named.map((name) => name.replaceAll(',', ' ').slice(0, labelCharsMax)))];
}

/** What is left to change, or null where the issue is as wanted. */
function issueChange(
  { title, body, priority, team, labels }: UpdateInput,
  before: GithubIssue,
  ctx: CallContext,
): Record<string, unknown> | null {
  const change: Record<string, unknown> = {};
  if (title !== undefined && title !== before.title) change['title'] = title;
  const marker = /<!-- sallyport:[0-9a-f]{64} -->/.exec(before.body ?? '')?.[0] ?? '';
  if (body !== undefined && `${body}\n\n${marker}` !== before.body)
    change['body'] = `${body}\n\n${marker}`;
  if (priority !== undefined || team !== undefined || labels !== undefined) {
    const has = before.labels.map(({ name }) => name);
    const kept =
      labels === undefined
        ? has.filter(
            (name) =>
              !(priority !== undefined && name.startsWith('priority: ')) &&
              !(team !== undefined && name.startsWith('team: ')),
          )
        : [];
    const wanted = [
      ...new Set([
        ...labelsOf({ labels: labels ?? [], priority: priority ?? '', team: team ?? '' }, ctx),
        ...kept,
      ]),
    ];
    if (wanted.length !== has.length || wanted.some((name) => !has.includes(name)))
      change['labels'] = wanted;
  }
  return Object.keys(change).length === 0 ? null : change;
}

function issueState(status: TransitionInput['status']): 'open' | 'closed' {
  return status === 'resolved' || status === 'closed' ? 'closed' : 'open';
}
