import { optionsAs, type CallContext } from '../contract.ts';
import { ticketLimits, toStatus, type StatusOutput } from '../ticket.schema.ts';
import { githubOptions, type GithubIssue } from './responses.schema.ts';

/** Issues are open or closed only: who has one, and its labels, say that somebody works on it. */
export function statusOf(issue: GithubIssue, ctx: CallContext): StatusOutput {
  if (issue.state !== 'open') return toStatus(issue.state);
  const { inProgressLabels } = optionsAs(ctx.connection, githubOptions);
  const wanted = new Set(inProgressLabels.map((name) => name.toLowerCase()));
  const label = issue.labels.find(({ name }) => wanted.has(name.toLowerCase()));
  if (label !== undefined)
    return { state: 'in-progress', said: label.name.slice(0, ticketLimits.wordChars) };
  return toStatus((issue.assignees ?? []).length > 0 ? 'assigned' : 'open');
}
