import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** Monitoring, on-call and analytics. */
export const monitoringKeys: readonly Rule[] = [
  vendorKey('amplitude-key', {
    names: ['amplitude'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://amplitude.com/docs/apis/authentication',
  }),
  vendorKey('bugsnag-key', {
    names: ['bugsnag'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://docs.bugsnag.com/',
  }),
  vendorKey('datadog-key', {
    names: ['datadog', 'dd.api', 'dd.app'],
    value: re`(?:[a-f0-9]{40}|[a-f0-9]{32})`,
    sample: '{hex:40}',
    source: 'https://docs.datadoghq.com/account_management/api-app-keys/',
  }),
  vendorKey('looker-secret', {
    names: ['looker'],
    value: re`[A-Za-z0-9]{20,24}`,
    sample: '{b62:24}',
    source: 'https://cloud.google.com/looker/docs/api-auth',
  }),
  vendorKey('newrelic-id', {
    names: ['new.relic', 'newrelic'],
    value: re`[A-Za-z0-9]{40,47}`,
    sample: '{b62:40}',
    source: 'https://docs.newrelic.com/',
  }),
  vendorKey('opsgenie-key', {
    names: ['opsgenie'],
    value: re`[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
    sample: '{uuid}',
    source: 'https://docs.opsgenie.com/docs/authentication',
  }),
  vendorKey('pagerduty-service-key', {
    names: ['pagerduty', 'pager.duty'],
    value: re`[A-Za-z0-9_+-]{20}|[a-f0-9]{32}|[A-Z0-9]{32}`,
    sample: '{b62:20}',
    source: 'https://support.pagerduty.com/main/docs/',
  }),
  vendorKey('rollbar-token', {
    names: ['rollbar'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://docs.rollbar.com/docs/access-tokens',
  }),
  vendorKey('segment-key', {
    names: ['segment'],
    value: re`[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}|[A-Za-z0-9]{32}`,
    sample: '{b62:32}',
    source: 'https://segment.com/docs/connections/find-writekey/',
  }),
  vendorKey('sentry-key', {
    names: ['sentry'],
    value: re`[a-f0-9]{64}`,
    sample: '{hex:64}',
    source: 'https://docs.sentry.io/account/auth-tokens/',
  }),
  vendorKey('sumologic-secret', {
    names: ['sumo', 'sumologic', 'sumo.logic'],
    value: re`[A-Za-z0-9]{64}`,
    sample: '{b62:64}',
    alone: true,
    source: 'https://help.sumologic.com/',
  }),
];
