import { z } from 'zod';
import { readTicketWord, type TicketReading } from '../domain/ticket-states.ts';

/** What every ticket system is asked and answers, so that a playbook can change systems by naming another connection. */
export const ticketLimits = {
  keyChars: 128,
  titleChars: 256,
  bodyChars: 60_000,
  wordChars: 64,
  labels: 20,
  idChars: 128,
  urlChars: 2_048,
} as const;

const key = z.string().min(1).max(ticketLimits.keyChars);
const title = z.string().min(1).max(ticketLimits.titleChars);
const body = z.string().max(ticketLimits.bodyChars);
const word = z.string().max(ticketLimits.wordChars);
const labels = z.array(word).max(ticketLimits.labels);
const ticketId = z.string().min(1).max(ticketLimits.idChars);
const url = z.string().max(ticketLimits.urlChars);

export const ticketStatuses = ['open', 'in-progress', 'resolved', 'closed'] as const;
const status = z.enum(ticketStatuses);

export const ensureInput = z.strictObject({
  externalKey: key,
  title,
  body,
  priority: word,
  team: word,
  labels: labels.default([]),
  status: status.default('open'),
});
export const ensureOutput = z.strictObject({ ticketId, url, created: z.boolean() });
export type EnsureInput = z.output<typeof ensureInput>;

export const commentInput = z.strictObject({ ticketId, key, body: body.min(1) });
export const commentOutput = z.strictObject({
  ticketId,
  commentId: ticketId,
  created: z.boolean(),
});
export type CommentInput = z.output<typeof commentInput>;

export const updateInput = z.strictObject({
  ticketId,
  title: title.optional(),
  body: body.optional(),
  priority: word.optional(),
  team: word.optional(),
  labels: labels.optional(),
});
export const updateOutput = z.strictObject({ ticketId, url, changed: z.boolean() });
export type UpdateInput = z.output<typeof updateInput>;

export const transitionInput = z.strictObject({ ticketId, status });
export const transitionOutput = z.strictObject({ ticketId, status, changed: z.boolean() });
export type TransitionInput = z.output<typeof transitionInput>;

export const findInput = z.strictObject({ externalKey: key });
/** Empty strings where nothing was found. */
export const findOutput = z.strictObject({
  found: z.boolean(),
  ticketId: z.string().max(ticketLimits.idChars),
  url,
  status: word,
  title: z.string().max(1_024),
});

export const notFound = { found: false, ticketId: '', url: '', status: '', title: '' } as const;

export const statusInput = z.strictObject({ ticketId, externalKey: key });
/** `said` is the system's own word. */
export const statusOutput = z.strictObject({
  state: z.enum([...ticketStatuses, 'unknown']),
  said: word,
});
export type StatusOutput = z.output<typeof statusOutput>;

/** The word as it fits an answer, and what it says: by `states`, else by the words that everybody uses. */
export function toStatus(
  said: string,
  states: Readonly<Record<string, TicketReading>> = {},
): StatusOutput {
  const state = Object.hasOwn(states, said) ? states[said] : undefined;
  return { state: state ?? readTicketWord(said), said: said.slice(0, ticketLimits.wordChars) };
}
