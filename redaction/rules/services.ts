import type { Rule } from '../rule.ts';

const secret = (rule: Omit<Rule, 'class'>): Rule => ({ ...rule, class: 'secret' });

/** Payment, AI, monitoring, identity and other services whose keys carry a mark of their own. */
export const serviceRules: readonly Rule[] = [
  secret({
    id: 'stripe-key',
    kind: 'stripe-key',
    literals: ['sk_live_', 'sk_test_', 'sk_prod_', 'rk_live_', 'rk_test_', 'rk_prod_', 'whsec_'],
    pattern: '\\b(?:[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,247}|whsec_[A-Za-z0-9+/=]{20,})',
    validator: 'notPlaceholder',
    source: 'https://docs.stripe.com/keys',
  }),
  secret({
    id: 'square-token',
    runMin: 22,
    kind: 'square-token',
    literals: ['sq0', 'eaaa'],
    pattern: '\\bsq0[a-z]{3}-[A-Za-z0-9_-]{22,43}|\\bEAAA[A-Za-z0-9_-]{60}\\b',
    source: 'https://developer.squareup.com/docs/build-basics/access-tokens',
  }),
  secret({
    id: 'braintree-token',
    kind: 'braintree-token',
    literals: ['access_token$'],
    pattern: 'access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}',
    source: 'https://developer.paypal.com/braintree/',
  }),
  secret({
    id: 'shopify-token',
    kind: 'shopify-token',
    literals: ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    pattern: '\\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}',
    source: 'https://shopify.dev/docs/apps/build/authentication-authorization',
  }),
  secret({
    id: 'easypost-key',
    kind: 'easypost-key',
    literals: ['ezak', 'eztk'],
    pattern: '\\bEZ[AT]K[A-Za-z0-9]{54}\\b',
    source: 'https://docs.easypost.com/docs/authentication',
  }),
  secret({
    id: 'openai-key',
    kind: 'openai-key',
    literals: ['t3blbkfj', 'sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-or-v1-'],
    pattern:
      '\\bsk-(?:[A-Za-z0-9_-]{10,}T3BlbkFJ[A-Za-z0-9_-]{10,}|(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}|or-v1-[a-f0-9]{64})',
    validator: 'notPlaceholder',
    source: 'https://platform.openai.com/docs/api-reference/authentication',
  }),
  secret({
    id: 'anthropic-key',
    kind: 'anthropic-key',
    literals: ['sk-ant-'],
    pattern: '\\bsk-ant-[a-z]{3,8}\\d{2}-[A-Za-z0-9_-]{90,110}AA\\b',
    source: 'https://docs.anthropic.com/en/api/getting-started',
  }),
  secret({
    id: 'ai-service-key',
    runMin: 34,
    kind: 'ai-key',
    literals: ['hf_', 'gsk_', 'r8_', 'pplx-', 'xai-', 'api_org_', 'jina_', 'nvapi-', 'r8_'],
    pattern:
      '\\b(?:hf_[A-Za-z0-9]{34,}|gsk_[A-Za-z0-9]{48,}|r8_[A-Za-z0-9]{37}|pplx-[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{60,}|api_org_[A-Za-z0-9]{34}|jina_[a-f0-9]{32}[A-Za-z0-9_-]{20,}|nvapi-[A-Za-z0-9_-]{60,})',
    validator: 'mixedLetters',
    source: 'https://huggingface.co/docs/hub/security-tokens',
  }),
  secret({
    id: 'grafana-token',
    kind: 'grafana-token',
    literals: ['glc_', 'glsa_', 'eyjriji6'],
    pattern:
      '\\bglc_[A-Za-z0-9+/=]{32,}|\\bglsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}|\\beyJrIjoi[A-Za-z0-9]{60,}={0,2}',
    source: 'https://grafana.com/docs/grafana/latest/administration/service-accounts/',
  }),
  secret({
    id: 'new-relic-key',
    runMin: 19,
    kind: 'newrelic-key',
    literals: ['nrak-', 'nrjs-', 'nrii-', 'nriq-', 'nraa-', 'nral'],
    pattern:
      '\\bNR(?:AK|JS|II|IQ|AA)-[A-Za-z0-9_-]{19,42}|\\b[a-z]{2}\\d{2}xx[a-f0-9]{26,30}[A-Z]{0,6}NRAL\\b|\\b[a-f0-9]{36}NRAL\\b',
    source: 'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/',
  }),
  secret({
    id: 'sentry-token',
    kind: 'sentry-token',
    literals: ['sntrys_', 'sntryu_'],
    pattern: '\\bsntrys_[A-Za-z0-9_=+/-]{60,}|\\bsntryu_[a-f0-9]{64}',
    source: 'https://docs.sentry.io/account/auth-tokens/',
  }),
  secret({
    id: 'dynatrace-token',
    runMin: 64,
    kind: 'dynatrace-token',
    literals: ['dt0'],
    pattern: '\\bdt0[a-z]\\d{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}',
    source: 'https://docs.dynatrace.com/',
  }),
  secret({
    id: 'splunk-hec',
    kind: 'splunk-token',
    literals: ['splunk '],
    pattern: '(?i)\\bSplunk ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\b',
    group: 1,
    source: 'https://docs.splunk.com/Documentation/Splunk/latest/Data/UsetheHTTPEventCollector',
  }),
  secret({
    id: 'okta-token',
    kind: 'okta-token',
    literals: ['ssws '],
    pattern: '(?i)\\bSSWS ([A-Za-z0-9_-]{30,60})',
    group: 1,
    source: 'https://developer.okta.com/docs/guides/create-an-api-token/',
  }),
  secret({
    id: 'onepassword-key',
    runMin: 30,
    kind: '1password-key',
    literals: ['a3-', 'ops_eyj'],
    pattern:
      '\\bA3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}\\b|\\bops_eyJ[A-Za-z0-9+/=_-]{100,}',
    validator: 'mixed',
    source: 'https://support.1password.com/secret-key-security/',
  }),
  secret({
    id: 'mapbox-token',
    kind: 'mapbox-token',
    literals: ['sk.eyj', 'tk.eyj'],
    pattern: '\\b[st]k\\.eyJ[A-Za-z0-9_-]{20,}\\.[A-Za-z0-9_-]{20,}',
    source: 'https://docs.mapbox.com/help/getting-started/access-tokens/',
  }),
  secret({
    id: 'intra42-secret',
    kind: 'intra42-secret',
    literals: ['s-s4t2'],
    pattern: '\\bs-s4t2(?:ud|af)-[a-f0-9]{64}',
    source: 'https://api.intra.42.fr/apidoc',
  }),
  secret({
    id: 'adobe-secret',
    kind: 'adobe-secret',
    literals: ['p8e-'],
    pattern: '(?i)\\bp8e-[a-z0-9-]{32}\\b',
    source: 'https://developer.adobe.com/',
  }),
  secret({
    id: 'truenas-key',
    runMin: 64,
    kind: 'truenas-key',
    literals: ['api_key'],
    pattern: '\\b\\d{1,3}-[A-Za-z0-9]{64}\\b',
    source: 'https://www.truenas.com/docs/',
  }),
  secret({
    id: 'launchdarkly-key',
    kind: 'launchdarkly-key',
    literals: ['sdk-', 'mob-'],
    pattern: '\\b(?:sdk|mob)-[a-z0-9]{8}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{12}\\b',
    source: 'https://docs.launchdarkly.com/sdk/concepts/client-side-server-side',
  }),
];
