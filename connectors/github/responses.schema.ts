import { z } from 'zod';

/** Answers of the GitHub REST API, version 2022-11-28: only what we use, bounded. */
export const issueAnswer = z.object({
  number: z.int().positive(),
  html_url: z.string().max(2_048),
  title: z.string().max(1_024),
  state: z.string().max(32),
  body: z.string().max(262_144).nullish(),
  created_at: z.string().max(64),
  labels: z.array(z.object({ name: z.string().max(256) })).max(100),
  assignees: z.array(z.unknown()).max(100).nullish(),
  pull_request: z.unknown().optional(),
});
export const issuesAnswer = z.array(issueAnswer).max(100);
export type GithubIssue = z.output<typeof issueAnswer>;

export const commentAnswer = z.object({
  id: z.int().positive(),
  body: z.string().max(262_144).nullish(),
});
export const commentsAnswer = z.array(commentAnswer).max(100);
export const repositoryAnswer = z.object({
  full_name: z.string().max(256),
  permissions: z.object({ push: z.boolean(), triage: z.boolean().optional() }).optional(),
});

export const githubOptions = z.strictObject({
  owner: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[A-Za-z0-9._-]+$/),
  repo: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[A-Za-z0-9._-]+$/),
  /** Every issue that we open bears it: issues are found by listing it, because search lags behind by minutes. */
  label: z.string().min(1).max(50).default('sallyport'),
  /** GitHub knows open and closed only: an open issue with one of these labels, or with an assignee, is in progress. */
  inProgressLabels: z
    .array(z.string().min(1).max(50))
    .max(20)
    .default(['in progress', 'in-progress', 'doing', 'wip']),
});
