import type { HmacProof } from '../../platform/sender-proof.ts';

/** How one product signs or marks what it sends, from its documentation. */
export interface ProductScheme {
  readonly proof:
    | Omit<HmacProof, 'kind' | 'secrets' | 'retiring' | 'toleranceSeconds'>
    /** No signature: the shared secret itself stands in the header. */
    | { readonly header: string };
  /** The header with its own id of a delivery. It is not signed: receipts also know the body. */
  readonly deliveryHeader?: string;
}

const sha256 = { algorithm: 'sha256', encoding: 'hex' } as const;

export const products = {
  github: {
    proof: { ...sha256, header: 'X-Hub-Signature-256', prefix: 'sha256=' },
    deliveryHeader: 'X-GitHub-Delivery',
  },
  gitlab: { proof: { header: 'X-Gitlab-Token' }, deliveryHeader: 'Idempotency-Key' },
  atlassian: {
    proof: { ...sha256, header: 'X-Hub-Signature', prefix: 'sha256=' },
    deliveryHeader: 'X-Atlassian-Webhook-Identifier',
  },
  pagerduty: {
    proof: { ...sha256, header: 'X-PagerDuty-Signature', prefix: 'v1=', separator: ',' },
  },
  sentry: {
    proof: { ...sha256, header: 'Sentry-Hook-Signature' },
    deliveryHeader: 'Request-ID',
  },
  grafana: { proof: { ...sha256, header: 'X-Grafana-Alerting-Signature', signed: '{body}' } },
  'grafana-with-time': {
    proof: {
      ...sha256,
      header: 'X-Grafana-Alerting-Signature',
      timestampHeader: 'X-Grafana-Alerting-Timestamp',
      signed: '{timestamp}:{body}',
    },
  },
  slack: {
    proof: {
      ...sha256,
      header: 'X-Slack-Signature',
      prefix: 'v0=',
      timestampHeader: 'X-Slack-Request-Timestamp',
      signed: 'v0:{timestamp}:{body}',
    },
  },
  stripe: {
    proof: {
      ...sha256,
      header: 'Stripe-Signature',
      prefix: 'v1=',
      separator: ',',
      timestampParameter: 't',
      signed: '{timestamp}.{body}',
    },
  },
} as const satisfies { readonly [name: string]: ProductScheme };

const names = Object.keys(products) as readonly (keyof typeof products)[];

export function productNamed(name: string): ProductScheme | null {
  const known = names.find((one) => one === name);
  return known === undefined ? null : products[known];
}
