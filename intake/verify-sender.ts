import type { SenderProof } from '../platform/sender-proof.ts';
import { verifyHmac } from './verify/hmac.ts';
import { productNamed } from './verify/products.ts';
import { headerOf, refused, type SenderVerdict, type SentRequest } from './verify/sent-request.ts';
import { verifyBasic, verifyBearer, verifyClientCertificate } from './verify/shared-secret.ts';
import { standardWebhookVerifier } from './verify/standard-webhooks.ts';

export type SenderVerifier = (request: SentRequest) => SenderVerdict;

/** SECURITY: whatever the scheme, a source without a usable secret or key refuses everybody. */
export function createSenderVerifier(proof: SenderProof): SenderVerifier {
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
  }
}

const defaultToleranceSeconds = 300;

function productVerifier(proof: Extract<SenderProof, { kind: 'product' }>): SenderVerifier {
  const scheme = productNamed(proof.product);
  if (scheme === null) return () => refused('the product is not known');
  const { timestampHeader, toleranceSeconds = defaultToleranceSeconds, ...rotation } = proof;
  const own = timestampHeader === undefined ? {} : { timestampHeader };
  const known = scheme.proof;
  const verify: SenderVerifier =
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
