import { z } from 'zod';

/** Answers of the Okta Users API: only what we use, bounded. */
const text = z.string().max(512).nullish();

export const userAnswer = z.object({
  id: z.string().min(1).max(128),
  status: z.string().max(64),
  created: text,
  lastLogin: text,
  profile: z.object({
    login: z.string().max(512),
    email: text,
    department: text,
    title: text,
    manager: text,
  }),
});
