import type { z } from 'zod';
import { SallyportError } from '../../domain/errors.ts';
import type { EgressResponse } from '../../platform/egress-answer.ts';
import type { EgressRequest } from '../../platform/http.ts';
import { answerAs, secretOf, type CallContext } from '../contract.ts';
import { encodeSegment } from '../path-template.ts';
import { userAnswer } from './responses.schema.ts';

export type OktaUser = z.output<typeof userAnswer>;

export async function readUser(ctx: CallContext, login: string): Promise<OktaUser> {
  return answerAs(
    await okta(ctx, {
      method: 'GET',
      path: `/api/v1/users/${encodeSegment(login)}`,
      effect: 'read',
    }),
    userAnswer,
  );
}

/** Okta answers 400 (E0000001) where the user's state forbids the change: then nothing was done. */
export async function changeLifecycle(
  ctx: CallContext,
  userId: string,
  verb: 'suspend' | 'unsuspend',
): Promise<void> {
  const response = await okta(ctx, {
    method: 'POST',
    path: `/api/v1/users/${encodeSegment(userId)}/lifecycle/${verb}`,
    effect: 'write',
    answers: [400],
  });
  if (response.status === 400)
    throw new SallyportError('CONFLICT', `Okta cannot ${verb} a user in this state`);
  // 200 with an empty object; anything else behind a 200 did not come from Okta.
  response.json();
}

/** 403 for a token without the right, 404 with it: nobody has this id. */
export async function probeLifecycle(ctx: CallContext): Promise<'yes' | 'no' | 'unknown'> {
  const response = await okta(ctx, {
    method: 'POST',
    path: '/api/v1/users/sallyport-check-nobody/lifecycle/suspend',
    effect: 'read',
    answers: [403, 404],
  });
  return response.status === 403 ? 'no' : response.status === 404 ? 'yes' : 'unknown';
}

async function okta(ctx: CallContext, wanted: EgressRequest): Promise<EgressResponse> {
  return ctx.http.request({
    ...wanted,
    headers: { authorization: `SSWS ${secretOf(ctx.connection)}` },
    signal: ctx.signal,
  });
}
