import { isUtf8 } from 'node:buffer';
import type { SenderProof } from '../../platform/sender-proof.ts';
import {
  accepted,
  acceptedSecrets,
  headerOf,
  matchesAny,
  missing,
  refused,
  type SenderVerdict,
  type SentRequest,
} from './sent-request.ts';

type Proof<Kind extends SenderProof['kind']> = Extract<SenderProof, { kind: Kind }>;

export function verifyBearer(proof: Proof<'bearer'>, request: SentRequest): SenderVerdict {
  const header = proof.header ?? 'authorization';
  const value = headerOf(request, header);
  if (value === null) return missing(`no ${header} header`);
  const token = value.slice(0, 7).toLowerCase() === 'bearer ' ? value.slice(7).trim() : value;
  return matchesAny(token, acceptedSecrets(proof, request.nowMs))
    ? accepted(null)
    : refused('the token is not known');
}

/** RFC 7617. The pair is compared as a whole: which half was wrong is not said. */
export function verifyBasic(proof: Proof<'basic'>, request: SentRequest): SenderVerdict {
  const value = headerOf(request, 'authorization');
  if (value === null) return missing('no Authorization header');
  if (value.slice(0, 6).toLowerCase() !== 'basic ') return refused('Basic is wanted');
  const pair = Buffer.from(value.slice(6).trim(), 'base64');
  if (!isUtf8(pair) || !pair.includes(':')) return refused('the credential is malformed');
  // A secret without a colon, or without a name, would let a bare password in.
  const pairs = acceptedSecrets(proof, request.nowMs).filter((secret) => secret.indexOf(':') > 0);
  return matchesAny(pair, pairs) ? accepted(null) : refused('user or password is wrong');
}

/** SECURITY: anybody can write the certificate's header; the proxy's own secret says that it was the proxy. */
export function verifyClientCertificate(
  proof: Proof<'client-certificate'>,
  request: SentRequest,
): SenderVerdict {
  const secret = headerOf(request, proof.secretHeader);
  const subject = headerOf(request, proof.header);
  if (secret === null || subject === null)
    return missing(`${proof.secretHeader} and ${proof.header} are needed`);
  if (!matchesAny(secret, acceptedSecrets(proof, request.nowMs)))
    return refused('the request did not come through the proxy');
  return matchesAny(subject, proof.accepted)
    ? accepted(null)
    : refused('the certificate is not one of those accepted');
}

/** `Authorization: Splunk <token>`, or the token as password of any user, as Splunk takes it. */
export function verifyHecToken(proof: Proof<'splunk-hec'>, request: SentRequest): SenderVerdict {
  const value = headerOf(request, 'authorization');
  if (value === null) return missing('no Authorization header');
  const token = hecToken(value);
  if (token === null) return refused('an HEC token is wanted');
  return matchesAny(token, acceptedSecrets(proof, request.nowMs))
    ? accepted(null)
    : refused('the token is not known');
}

function hecToken(value: string): string | null {
  const scheme = value.slice(0, value.indexOf(' ')).toLowerCase();
  const rest = value.slice(scheme.length + 1).trim();
  if (scheme === 'splunk') return rest;
  if (scheme !== 'basic') return null;
  const pair = Buffer.from(rest, 'base64').toString();
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
}
