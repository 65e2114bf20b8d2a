import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** Code hosts, CI, package hosts and checks of code. */
export const codeHostKeys: readonly Rule[] = [
  vendorKey('bitbucket-secret', {
    names: ['bitbucket'],
    value: re`[A-Za-z0-9_=-]{64}|[A-Za-z0-9]{32}`,
    sample: '{b62:32}',
    source: 'https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/',
  }),
  vendorKey('cloudsmith-key', {
    names: ['cloudsmith'],
    value: re`[a-f0-9]{40}`,
    sample: '{hex:40}',
    source: 'https://help.cloudsmith.io/reference/authentication',
  }),
  vendorKey('codacy-token', {
    names: ['codacy'],
    value: re`[A-Za-z0-9]{20}|[a-f0-9]{32}`,
    sample: '{b62:20}',
    alone: true,
    source: 'https://docs.codacy.com/codacy-api/api-tokens/',
  }),
  vendorKey('codeclimate-id', {
    names: ['codeclimate', 'cc.test.reporter.id', 'code.climate'],
    value: re`[a-f0-9]{64}`,
    sample: '{hex:64}',
    alone: true,
    source: 'https://docs.codeclimate.com/docs/configuring-test-coverage',
  }),
  vendorKey('codecov-token', {
    names: ['codecov'],
    value: re`[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}|[A-Za-z0-9]{32}`,
    sample: '{uuid}',
    alone: true,
    source: 'https://docs.codecov.com/docs/codecov-tokens',
  }),
  vendorKey('coveralls-token', {
    names: ['coveralls'],
    value: re`[A-Za-z0-9]{32,37}`,
    sample: '{b62:33}',
    alone: true,
    source: 'https://docs.coveralls.io/',
  }),
  vendorKey('drone-token', {
    names: ['drone.ci', 'droneci', 'drone'],
    value: re`[a-z0-9]{32}`,
    sample: '{b36:32}',
    source: 'https://docs.drone.io/api/overview/',
  }),
  vendorKey('gitea-token', {
    names: ['gitea', 'gogs', 'forgejo'],
    value: re`[a-f0-9]{40}`,
    sample: '{hex:40}',
    source: 'https://docs.gitea.com/development/api-usage',
  }),
  vendorKey('github-secret', {
    names: ['github'],
    value: re`[a-f0-9]{40}`,
    sample: '{hex:40}',
    source: 'https://docs.github.com/apps/oauth-apps',
  }),
  vendorKey('sauce-key', {
    names: ['sauce', 'saucelabs', 'sauce.labs'],
    value: re`[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
    sample: '{uuid}',
    alone: true,
    source: 'https://docs.saucelabs.com/',
  }),
  vendorKey('snyk-token', {
    names: ['snyk'],
    value: re`[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
    sample: '{uuid}',
    source: 'https://docs.snyk.io/snyk-api/authentication-for-api',
  }),
  vendorKey('sonar-key', {
    names: ['sonar'],
    value: re`[a-f0-9]{40}`,
    sample: '{hex:40}',
    source: 'https://docs.sonarsource.com/',
  }),
  vendorKey('sourcegraph-key', {
    names: ['sourcegraph'],
    value: re`[a-fA-F0-9]{40}`,
    sample: '{hex:40}',
    alone: true,
    source: 'https://sourcegraph.com/docs/',
  }),
  vendorKey('travis-token', {
    names: ['travis', 'travisci', 'travis.ci'],
    value: re`[A-Za-z0-9_-]{22}`,
    sample: '{url:22}',
    source: 'https://docs.travis-ci.com/',
  }),
  vendorKey('wakatime-key', {
    names: ['wakatime'],
    value: re`waka_[a-f0-9-]{36}|[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
    sample: 'waka_{uuid}',
    alone: true,
    source: 'https://wakatime.com/developers',
  }),
];
