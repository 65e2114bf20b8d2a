import type { Clock } from '../platform/clock.ts';
import type { LocalProof, SenderProof } from '../platform/sender-proof.ts';
import { verifyAccessToken } from './verify/access-token.ts';
import { verifyGraph } from './verify/graph.ts';
import { createKeySets, type FetchText } from './verify/key-sets.ts';
import { createSnsVerifier } from './verify/sns.ts';
import { verifyHmac } from './verify/hmac.ts';
import { productNamed } from './verify/products.ts';
import { headerOf, refused, type SenderVerdict, type SentRequest } from './verify/sent-request.ts';
import {
  verifyBasic,
  verifyBearer,
  verifyClientCertificate,
  verifyHecToken,
} from './verify/shared-secret.ts';
import { standardWebhookVerifier } from './verify/standard-webhooks.ts';

export interface VerifierDeps {
  readonly fetchText: FetchText;
  readonly clock: Clock;
}

/**
 * For every kind of proof; those that need an issuer's keys or certificate fetch and keep them. Throws
 * VENDOR_UNAVAILABLE where they cannot be had: the sender must come again.
 */
export function createVerifiers(
  deps: VerifierDeps,
): (proof: SenderProof) => (request: SentRequest) => Promise<SenderVerdict> {
  const keySets = createKeySets(deps);
  const sns = createSnsVerifier(deps.fetchText);
  return (proof) => {
    if (proof.kind === 'oidc') return (request) => verifyAccessToken(proof, request, keySets);
    if (proof.kind === 'aws-sns') return (request) => sns.verify(proof, request);
    if (proof.kind === 'syslog' || proof.kind === 'pull')
      return async () => refused('this source sends nothing over HTTP');
    const verify = createSenderVerifier(proof);
    return async (request) => verify(request);
  };
}

type LocalVerifier = (request: SentRequest) => SenderVerdict;

/** SECURITY: whatever the scheme, a source without a usable secret or key refuses everybody. */
export function createSenderVerifier(proof: LocalProof): LocalVerifier {
  switch (proof.kind) {
    case 'hmac':
      return (request) => verifyHmac(proof, request);
    case 'product':
      return productVerifier(proof);
    case 'standard-webhooks':
      return standardWebhookVerifier(proof);
    case 'bearer':
      return (request) => verifyBearer(proof, request);
    case 'basic':
      return (request) => verifyBasic(proof, request);
    case 'client-certificate':
      return (request) => verifyClientCertificate(proof, request);
    case 'splunk-hec':
      return (request) => verifyHecToken(proof, request);
    case 'graph':
      return (request) => verifyGraph(proof, request);
  }
}

const defaultToleranceSeconds = 300;

function productVerifier(proof: Extract<LocalProof, { kind: 'product' }>): LocalVerifier {
  const scheme = productNamed(proof.product);
  if (scheme === null) return () => refused('the product is not known');
  const { timestampHeader, toleranceSeconds = defaultToleranceSeconds, ...rotation } = proof;
  const own = timestampHeader === undefined ? {} : { timestampHeader };
  const known = scheme.proof;
  const verify: LocalVerifier =
    'algorithm' in known
      ? (request) =>
          verifyHmac({ ...known, ...rotation, ...own, toleranceSeconds, kind: 'hmac' }, request)
      : (request) => verifyBearer({ ...rotation, kind: 'bearer', header: known.header }, request);
  const { deliveryHeader } = scheme;
  if (deliveryHeader === undefined) return verify;
  return (request) => {
    const verdict = verify(request);
    return verdict.ok ? { ...verdict, deliveryId: headerOf(request, deliveryHeader) } : verdict;
  };
}
