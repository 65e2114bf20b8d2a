import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** Identity, and what security teams ask and defend with. */
export const securityKeys: readonly Rule[] = [
  vendorKey('abuseipdb-key', {
    names: ['abuseipdb'],
    value: re`[a-z0-9]{80}`,
    sample: '{b36:80}',
    alone: true,
    source: 'https://docs.abuseipdb.com/',
  }),
  vendorKey('auth0-secret', {
    names: ['auth0'],
    value: re`[A-Za-z0-9_-]{64}`,
    sample: '{url:64}',
    alone: true,
    source: 'https://auth0.com/docs/get-started/applications',
  }),
  vendorKey('carbon-black-key', {
    names: ['carbon.black', 'carbonblack'],
    value: re`[A-Z0-9]{24}|[a-f0-9]{40}`,
    sample: '{B36:24}',
    source: 'https://developer.carbonblack.com/reference/carbon-black-cloud/authentication/',
  }),
  vendorKey('crowdstrike-secret', {
    names: ['crowdstrike', 'falcon.client'],
    value: re`[A-Za-z0-9]{40}`,
    sample: '{b62:40}',
    source: 'https://developer.crowdstrike.com/docs/openapi/',
  }),
  vendorKey('duo-secret', {
    names: ['duo'],
    value: re`[A-Za-z0-9]{40}`,
    sample: '{b62:40}',
    source: 'https://duo.com/docs/adminapi',
  }),
  vendorKey('greynoise-key', {
    names: ['greynoise'],
    value: re`[A-Za-z0-9]{64}`,
    sample: '{b62:64}',
    alone: true,
    source: 'https://docs.greynoise.io/',
  }),
  vendorKey('ipinfo-token', {
    names: ['ipinfo'],
    value: re`[a-f0-9]{14}`,
    sample: '{hex:14}',
    source: 'https://ipinfo.io/developers',
  }),
  vendorKey('okta-api-token', {
    names: ['okta'],
    value: re`00[A-Za-z0-9_=-]{40}|[A-Za-z0-9_-]{40}`,
    sample: '00{url:40}',
    alone: true,
    source: 'https://developer.okta.com/docs/guides/create-an-api-token/',
  }),
  vendorKey('otx-key', {
    names: ['otx', 'alienvault'],
    value: re`[a-f0-9]{64}`,
    sample: '{hex:64}',
    source: 'https://otx.alienvault.com/api',
  }),
  vendorKey('rapid7-key', {
    names: ['rapid7', 'insightvm'],
    value: re`[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
    sample: '{uuid}',
    source: 'https://docs.rapid7.com/insight/managing-platform-api-keys/',
  }),
  vendorKey('sentinelone-token', {
    names: ['sentinelone', 'sentinel.one'],
    value: re`[A-Za-z0-9]{80}|eyJ[A-Za-z0-9._-]{80,}`,
    sample: '{b62:80}',
    alone: true,
    source: 'https://www.sentinelone.com/',
  }),
  vendorKey('shodan-key', {
    names: ['shodan'],
    value: re`[A-Za-z0-9]{32}`,
    sample: '{b62:32}',
    alone: true,
    source: 'https://developer.shodan.io/',
  }),
  vendorKey('virustotal-key', {
    names: ['virustotal', 'vt.api'],
    value: re`[a-f0-9]{64}`,
    sample: '{hex:64}',
    source: 'https://docs.virustotal.com/',
  }),
  vendorKey('wiz-secret', {
    names: ['wiz'],
    value: re`[A-Za-z0-9]{64}`,
    sample: '{b62:64}',
    source: 'https://docs.wiz.io/',
  }),
];
