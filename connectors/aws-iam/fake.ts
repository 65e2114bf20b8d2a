import { createHash, createHmac } from 'node:crypto';
import type { FakeProduct, FakeReply, FakeRequest } from '../fake-server.ts';

interface Key {
  readonly id: string;
  readonly userName: string;
  status: string;
}

export interface IamState {
  readonly keys: Key[];
  readonly actions: { id: string; status: string }[];
}

/** Keys that may call: the engine's, which may write, and a reader's. Their secrets are `fake-aws-secret`. */
const callers: Readonly<Record<string, 'write' | 'read'>> = {
  AKIAFAKEENGINE000000: 'write',
  AKIAFAKEREADER000000: 'read',
};
const secret = 'fake-aws-secret';

export const iamFake: FakeProduct<IamState> = {
  name: 'aws',
  initial: () => ({
    keys: [
      { id: 'AKIAIOSFODNN7EXAMPLE', userName: 'ci-deploy', status: 'Active' },
      { id: 'AKIAI44QH8DHBEXAMPLE', userName: 'ci-deploy', status: 'Active' },
      { id: 'AKIAFAKEENGINE000000', userName: 'sallyport', status: 'Active' },
      { id: 'AKIAFAKEREADER000000', userName: 'sallyport-reader', status: 'Active' },
    ],
    actions: [],
  }),
  reply,
};

function reply(request: FakeRequest, state: IamState): FakeReply {
  const caller = callerOf(request);
  if (caller === null) return failure(403, 'SignatureDoesNotMatch');
  const form = new URLSearchParams(request.body);
  const key = state.keys.find(({ id }) => id === form.get('AccessKeyId'));
  const userName = form.get('UserName') ?? '';
  switch (form.get('Action')) {
    case 'GetAccessKeyLastUsed':
      if (key === undefined) return failure(404, 'NoSuchEntity');
      return success(
        'GetAccessKeyLastUsed',
        `<UserName>${key.userName}</UserName><AccessKeyLastUsed><LastUsedDate>2026-01-01T00:00:00Z</LastUsedDate><ServiceName>s3</ServiceName><Region>us-east-1</Region></AccessKeyLastUsed>`,
      );
    case 'ListAccessKeys': {
      const own = state.keys.filter((one) => one.userName === userName);
      if (own.length === 0) return failure(404, 'NoSuchEntity');
      const members = own.map(
        ({ id, status }) =>
          `<member><UserName>${userName}</UserName><AccessKeyId>${id}</AccessKeyId><Status>${status}</Status><CreateDate>2025-01-01T00:00:00Z</CreateDate></member>`,
      );
      return success(
        'ListAccessKeys',
        `<AccessKeyMetadata>${members.join('')}</AccessKeyMetadata><IsTruncated>false</IsTruncated>`,
      );
    }
    case 'UpdateAccessKey': {
      if (callers[caller] !== 'write') return failure(403, 'AccessDenied');
      const status = form.get('Status');
      if (status !== 'Active' && status !== 'Inactive') return failure(400, 'ValidationError');
      if (key === undefined || key.userName !== userName) return failure(404, 'NoSuchEntity');
      key.status = status;
      state.actions.push({ id: key.id, status });
      return {
        status: 200,
        headers: xml,
        body: '<UpdateAccessKeyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>fake</RequestId></ResponseMetadata></UpdateAccessKeyResponse>',
      };
    }
    default:
      return failure(400, 'InvalidAction');
  }
}

const xml = { 'content-type': 'text/xml' } as const;

function success(action: string, result: string): FakeReply {
  return {
    status: 200,
    headers: xml,
    body: `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>fake</RequestId></ResponseMetadata></${action}Response>`,
  };
}

function failure(status: number, code: string): FakeReply {
  return {
    status,
    headers: xml,
    body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>fake</Message></Error><RequestId>fake</RequestId></ErrorResponse>`,
  };
}

/** Checks SigV4 as AWS documents it, written apart from the library that signs. Null if the signature is wrong. */
function callerOf(request: FakeRequest): string | null {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)\/(\d{8})\/([a-z0-9-]+)\/iam\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers['authorization'] ?? '',
    );
  const [, keyId = '', day = '', region = '', names = '', signature = ''] = parts ?? [];
  if (callers[keyId] === undefined) return null;
  const headers = names
    .split(';')
    .map((name) => `${name}:${(request.headers[name] ?? '').trim()}\n`)
    .join('');
  const canonical = [request.method, request.path, '', headers, names, sha256(request.body)].join(
    '\n',
  );
  const scope = `${day}/${region}/iam/aws4_request`;
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'] ?? '',
    scope,
    sha256(canonical),
  ].join('\n');
  const signingKey = [day, region, 'iam', 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  );
  return hmac(signingKey, toSign).toString('hex') === signature ? keyId : null;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
