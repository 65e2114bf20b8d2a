import { createSign } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SnsProof } from '../../platform/sender-proof.ts';
import { createVerifiers } from '../../intake/verify-sender.ts';
import type { SenderVerdict } from '../../intake/verify/sent-request.ts';
import { testCertificate } from '../support/certificate.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const day = 24 * 3_600_000;
const lasting = { from: new Date(nowMs - day), to: new Date(nowMs + day) };
const certificate = testCertificate({ commonName: 'sns.amazonaws.com', ...lasting });
const url = `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${'0'.repeat(32)}.pem`;
const topic = 'arn:aws:sns:eu-west-1:123456789012:alerts';
const proof: SnsProof = {
  kind: 'aws-sns',
  topics: [topic],
  confirm: true,
  toleranceSeconds: 3_900,
};

type Message = Readonly<Record<string, string>>;

const notification: Message = {
  Type: 'Notification',
  MessageId: 'm-1',
  TopicArn: topic,
  Subject: 'Alarm',
  Message: '{"AlarmName":"cpu"}',
  Timestamp: '2026-11-20T09:59:00.000Z',
  SignatureVersion: '2',
  SigningCertURL: url,
};
const confirmation: Message = {
  ...notification,
  Type: 'SubscriptionConfirmation',
  Token: 'tok',
  SubscribeURL: `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topic}&Token=tok`,
};

function signed(message: Message): Message {
  const names =
    message['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const signer = createSign(message['SignatureVersion'] === '1' ? 'RSA-SHA1' : 'RSA-SHA256');
  for (const name of names)
    if (message[name] !== undefined) signer.update(`${name}\n${message[name]}\n`);
  return { ...message, Signature: signer.sign(certificate.privateKey, 'base64') };
}

let fetched: string[];
let served: string;
beforeEach(() => {
  fetched = [];
  served = certificate.pem;
});

function judge(message: Message, wanted: SnsProof = proof): Promise<SenderVerdict> {
  const verify = createVerifiers({
    clock: { nowMs: () => nowMs },
    fetchText: async (address) => {
      fetched.push(address);
      return served;
    },
  })(wanted);
  return verify({ headers: {}, body: Buffer.from(JSON.stringify(message)), nowMs });
}

describe('a message of SNS', () => {
  test.each(['1', '2'])(
    'is accepted with signature version %s, under its own id',
    async (version) => {
      expect(await judge(signed({ ...notification, SignatureVersion: version }))).toEqual({
        ok: true,
        deliveryId: 'm-1',
      });
      expect(fetched).toEqual([url]);
    },
  );
  test('without a subject is accepted', async () => {
    const { Subject: _subject, ...bare } = notification;
    expect((await judge(signed(bare))).ok).toBe(true);
  });
  test.each(['Message', 'MessageId', 'Subject', 'Timestamp'])(
    'is refused where %s was changed',
    async (name) => {
      const changed = {
        ...signed(notification),
        [name]: name === 'Timestamp' ? '2026-11-20T09:59:01.000Z' : 'x',
      };
      expect((await judge(changed)).ok).toBe(false);
    },
  );
  test('of another topic is refused before anything is fetched', async () => {
    const other = signed({ ...notification, TopicArn: `${topic}-other` });
    expect((await judge(other)).ok).toBe(false);
    expect(fetched).toEqual([]);
  });
  test('that is older than SNS would try is refused', async () => {
    expect(
      (await judge(signed({ ...notification, Timestamp: '2026-11-20T08:00:00.000Z' }))).ok,
    ).toBe(false);
  });
  test('with a certificate out of its time is refused', async () => {
    served = testCertificate({
      commonName: 'x',
      from: new Date(nowMs - 2 * day),
      to: new Date(nowMs - day),
    }).pem;
    expect((await judge(signed(notification))).ok).toBe(false);
  });
  test('with another certificate is refused', async () => {
    served = testCertificate({ commonName: 'x', ...lasting }).pem;
    expect((await judge(signed(notification))).ok).toBe(false);
  });
});

describe('the address of a certificate', () => {
  test.each([
    url.replace('https:', 'http:'),
    url.replace('amazonaws.com', 'amazonaws.com.evil.example'),
    url.replace('sns.', 'sns-evil.'),
    url.replace('https://', 'https://sns.eu-west-1.amazonaws.com@evil.example/'),
    url.replace('eu-west-1', 'us-east-1'),
    url.replace('.amazonaws.com/', '.amazonaws.com:444/'),
    url.replace('/Simple', '/bucket/Simple'),
    `${url}?x=1`,
    url.replace('SimpleNotificationService', 'My'),
    `https://evil.example/${url}`,
    '',
  ])('%s is never fetched', async (address) => {
    expect((await judge(signed({ ...notification, SigningCertURL: address }))).ok).toBe(false);
    expect(fetched).toEqual([]);
  });
});

describe('a confirmation of SNS', () => {
  test('is followed once it is verified, and is no alert', async () => {
    expect(await judge(signed(confirmation))).toMatchObject({
      ok: true,
      handshake: 'sns-confirmed',
    });
    expect(fetched).toEqual([url, new URL(confirmation['SubscribeURL'] ?? '').href]);
  });
  test('is not followed where the source does not want that', async () => {
    expect((await judge(signed(confirmation), { ...proof, confirm: false })).ok).toBe(false);
    expect(fetched).toEqual([url]);
  });
  test.each([
    'https://evil.example/?Action=ConfirmSubscription',
    'https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription',
    `https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic&TopicArn=${topic}`,
    'http://169.254.169.254/latest/meta-data',
  ])('to %s is not followed, though it be signed', async (address) => {
    expect((await judge(signed({ ...confirmation, SubscribeURL: address }))).ok).toBe(false);
    expect(fetched).toEqual([url]);
  });
});
