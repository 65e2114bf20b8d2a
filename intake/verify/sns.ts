import { createVerify, X509Certificate } from 'node:crypto';
import RE2 from 're2';
import type { JsonObject } from '../../domain/json.ts';
import type { SnsProof } from '../../platform/sender-proof.ts';
import { textAt } from '../fields.ts';
import { parseTime } from '../times.ts';
import { strictObject } from './jws.ts';
import type { FetchText } from './key-sets.ts';
import {
  accepted,
  missing,
  refused,
  type SenderVerdict,
  type SentRequest,
} from './sent-request.ts';

const certificateUrl = new RE2(
  /^https:\/\/(sns\.([a-z0-9-]{4,32})\.amazonaws\.com(?:\.cn)?)\/SimpleNotificationService-[0-9a-f]{32}\.pem$/,
);
const topicArn = new RE2(/^arn:aws[a-z-]*:sns:([a-z0-9-]{4,32}):\d{12}:[A-Za-z0-9_.-]{1,256}$/);

const certificatesMax = 32;

export interface SnsVerifier {
  verify(proof: SnsProof, request: SentRequest): Promise<SenderVerdict>;
}

/** Certificates are kept by address: Amazon names each anew. */
export function createSnsVerifier(fetchText: FetchText): SnsVerifier {
  const certificates = new Map<string, X509Certificate>();
  const certificateAt = async (url: string): Promise<X509Certificate | null> => {
    const known = certificates.get(url);
    if (known !== undefined) return known;
    const certificate = readCertificate(await fetchText(url));
    if (certificate === null) return null;
    if (certificates.size >= certificatesMax) certificates.clear();
    certificates.set(url, certificate);
    return certificate;
  };
  return {
    verify: async (proof, request) => {
      const message = strictObject(request.body);
      if (message === null) return missing('the body is no message of SNS');
      const place = placeOf(message, proof);
      if (place === null)
        return refused('the topic or the address of its certificate is not accepted');
      const sentAt = parseTime(message['Timestamp']);
      if (sentAt === null || !isFresh(sentAt, request.nowMs, proof))
        return refused('the timestamp is missing or out of tolerance');
      const certificate = await certificateAt(place.url);
      if (certificate === null || !isValid(certificate, request.nowMs))
        return refused('the certificate cannot be read or is out of its time');
      if (!isSigned(message, certificate)) return refused('the signature does not match');
      if (textAt(message, 'Type') !== 'SubscriptionConfirmation')
        return accepted(textAt(message, 'MessageId') || null);
      if (!proof.confirm) return refused('subscriptions are not confirmed for this source');
      return confirm(message, place, fetchText);
    },
  };
}

interface Place {
  readonly url: string;
  readonly host: string;
}

/** SECURITY: before anything is fetched: a topic that is named, and a certificate on SNS' own host in the topic's region. */
function placeOf(message: JsonObject, proof: SnsProof): Place | null {
  const topic = textAt(message, 'TopicArn');
  if (!proof.topics.includes(topic)) return null;
  const region = topicArn.exec(topic)?.[1];
  const url = textAt(message, 'SigningCertURL');
  const [, host, at] = certificateUrl.exec(url) ?? [];
  return host === undefined || region === undefined || region !== at ? null : { url, host };
}

const isFresh = (sentAt: string, nowMs: number, proof: SnsProof): boolean =>
  Math.abs(nowMs - Date.parse(sentAt)) <= proof.toleranceSeconds * 1000;

function readCertificate(text: string): X509Certificate | null {
  try {
    return new X509Certificate(text);
  } catch {
    return null;
  }
}

const isValid = (certificate: X509Certificate, nowMs: number): boolean =>
  Date.parse(certificate.validFrom) <= nowMs && nowMs <= Date.parse(certificate.validTo);

const notificationFields = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const confirmationFields = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
];

function isSigned(message: JsonObject, certificate: X509Certificate): boolean {
  const algorithm = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' }[textAt(message, 'SignatureVersion')];
  if (algorithm === undefined) return false;
  const fields =
    textAt(message, 'Type') === 'Notification' ? notificationFields : confirmationFields;
  const signer = createVerify(algorithm);
  for (const name of fields) {
    const value = message[name];
    if (typeof value === 'string') signer.update(`${name}\n${value}\n`);
  }
  return signer.verify(certificate.publicKey, textAt(message, 'Signature'), 'base64');
}

/** SECURITY: the address in the message is followed only to the host that the certificate came from, and only to confirm. */
async function confirm(
  message: JsonObject,
  place: Place,
  fetchText: FetchText,
): Promise<SenderVerdict> {
  const text = textAt(message, 'SubscribeURL');
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOurs =
    url !== null &&
    url.protocol === 'https:' &&
    url.host === place.host &&
    url.username === '' &&
    url.pathname === '/' &&
    url.searchParams.get('Action') === 'ConfirmSubscription' &&
    url.searchParams.get('TopicArn') === textAt(message, 'TopicArn');
  if (!isOurs) return refused('the address of the confirmation is not that of SNS');
  await fetchText(url.href);
  return { ok: true, deliveryId: textAt(message, 'MessageId') || null, handshake: 'sns-confirmed' };
}
