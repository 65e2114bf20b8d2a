import { AwsV4Signer } from 'aws4fetch';
import { z } from 'zod';
import { SallyportError } from '../../domain/errors.ts';
import { isoTime } from '../../platform/clock.ts';
import { retryAfterMs } from '../../platform/retry-after.ts';
import { optionsAs, secretOf, type CallContext } from '../contract.ts';
import { xmlField, xmlMembers } from '../xml-fields.ts';

export const iamOptions = z.strictObject({
  region: z
    .string()
    .min(1)
    .max(32)
    .regex(/^[a-z0-9-]+$/)
    .default('us-east-1'),
});

/** A user has at most two keys; twice that is more than enough. */
const keysMax = 4;
const throttles = ['Throttling', 'ThrottlingException', 'RequestLimitExceeded'];

export interface AccessKey {
  readonly accessKeyId: string;
  readonly userName: string;
  readonly status: string;
  readonly created: string;
  readonly lastUsed: string;
  readonly lastUsedService: string;
  readonly lastUsedRegion: string;
  readonly otherKeys: number;
}

/** The key, its owner as IAM knows it, and its status; `TARGET_ABSENT` where IAM does not know it. */
export async function readKey(ctx: CallContext, accessKeyId: string): Promise<AccessKey> {
  const used = await iam(ctx, {
    fields: { Action: 'GetAccessKeyLastUsed', AccessKeyId: accessKeyId },
    effect: 'read',
  });
  const userName = xmlField(used, 'UserName');
  if (userName === null)
    throw new SallyportError('TARGET_ABSENT', 'IAM knows no owner of the access key');
  const listed = await iam(ctx, {
    fields: { Action: 'ListAccessKeys', UserName: userName },
    effect: 'read',
  });
  const members = xmlMembers(listed, keysMax);
  const own = members.find((member) => xmlField(member, 'AccessKeyId') === accessKeyId);
  if (own === undefined)
    throw new SallyportError('TARGET_ABSENT', 'IAM does not list the access key');
  return {
    accessKeyId,
    userName,
    status: xmlField(own, 'Status') ?? '',
    created: xmlField(own, 'CreateDate') ?? '',
    lastUsed: xmlField(used, 'LastUsedDate') ?? '',
    lastUsedService: xmlField(used, 'ServiceName') ?? '',
    lastUsedRegion: xmlField(used, 'Region') ?? '',
    otherKeys: members.length - 1,
  };
}

export async function setKeyStatus(
  ctx: CallContext,
  key: Pick<AccessKey, 'accessKeyId' | 'userName'>,
  status: 'Active' | 'Inactive',
): Promise<void> {
  const fields = {
    Action: 'UpdateAccessKey',
    UserName: key.userName,
    AccessKeyId: key.accessKeyId,
    Status: status,
  };
  const answer = await iam(ctx, { fields, effect: 'write' });
  if (!answer.includes('<UpdateAccessKeyResponse'))
    throw new SallyportError('EFFECT_UNKNOWN', 'IAM did not confirm the change');
}

/** 403 without the right, 404 with it: nobody has this name and this key. */
export async function probeUpdate(ctx: CallContext): Promise<'yes' | 'no' | 'unknown'> {
  const fields = {
    Action: 'UpdateAccessKey',
    UserName: 'sallyport-check-nobody',
    AccessKeyId: 'AKIA0000000000000000',
    Status: 'Inactive',
  };
  return iam(ctx, { fields, effect: 'read' }).then(
    () => 'unknown' as const,
    (error: unknown) =>
      error instanceof SallyportError && error.code === 'TARGET_ABSENT'
        ? 'yes'
        : error instanceof SallyportError && error.code === 'VENDOR_DENIED'
          ? 'no'
          : 'unknown',
  );
}

interface IamCall {
  readonly fields: Readonly<Record<string, string>>;
  readonly effect: 'read' | 'write';
}

async function iam(ctx: CallContext, { fields, effect }: IamCall): Promise<string> {
  const text = new URLSearchParams({ ...fields, Version: '2010-05-08' }).toString();
  const type = 'application/x-www-form-urlencoded; charset=utf-8';
  const headers = { accept: 'text/xml', ...(await signature(ctx, text)) };
  const response = await ctx.http.request({
    method: 'POST',
    path: '/',
    headers,
    body: { kind: 'text', type, text },
    effect,
    answers: [400],
    signal: ctx.signal,
  });
  if (response.status === 400) {
    const code = xmlField(response.text, 'Code') ?? '';
    if (throttles.includes(code))
      throw new SallyportError('VENDOR_THROTTLED', 'IAM limits our rate', {
        retryAfterMs: retryAfterMs(response.headers, ctx.clock.nowMs()),
      });
    throw new SallyportError(
      code === 'IncompleteSignature' || code === 'ExpiredToken' ? 'VENDOR_DENIED' : 'INPUT_INVALID',
      `IAM refuses the request (${/^[A-Za-z]{1,64}$/.test(code) ? code : 'no code'})`,
    );
  }
  if (!response.text.startsWith('<') || !response.text.includes('Response')) {
    throw new SallyportError(
      effect === 'write' ? 'EFFECT_UNKNOWN' : 'RESPONSE_INVALID',
      'the answer is not one of IAM',
    );
  }
  return response.text;
}

/** SigV4 by the library; the request itself goes through our own door. */
async function signature(ctx: CallContext, body: string): Promise<Record<string, string>> {
  const [accessKeyId = '', secretAccessKey = '', sessionToken] = secretOf(ctx.connection).split(
    ':',
  );
  const signer = new AwsV4Signer({
    method: 'POST',
    url: new URL('/', ctx.connection.address).href,
    body,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: 'iam',
    region: optionsAs(ctx.connection, iamOptions).region,
    datetime: isoTime(ctx.clock.nowMs()).replace(/[-:]|\.\d{3}/g, ''),
  });
  const { headers } = await signer.sign();
  return Object.fromEntries([...headers].filter(([name]) => name !== 'host'));
}
