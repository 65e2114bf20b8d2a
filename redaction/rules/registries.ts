import type { Rule } from '../rule.ts';
import { marked, placed, re } from './make-rule.ts';

/** Package registries and artifact stores. */
export const registryRules: readonly Rule[] = [
  marked('npm-token', {
    literals: ['npm_'],
    pattern: re`npm_[A-Za-z0-9]{36}(?:[^A-Za-z0-9]|$)`,
    validator: 'notMasked',
    positives: ['npm_{b62:36}', '_authToken=npm_{b62:36}', 'X_npm_{b62:36} '],
    negatives: ['npm_config_registry', 'npm_{b62:9}', 'npm_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
    source: 'https://docs.npmjs.com/about-access-tokens',
  }),
  placed('npmrc-auth', {
    kind: 'npm-token',
    literals: ['_authtoken', '_auth'],
    pattern: re`(?i)_(?:authToken|auth)["']?\s{0,3}[=:]\s{0,3}["']?([A-Za-z0-9+/=_.-]{8,})`,
    group: 1,
    validator: 'notPlaceholder',
    positives: [
      '//r.example/:_authToken={uuid}',
      '_auth = {of:me:secret99}',
      ':_authToken={b62:40}',
    ],
    negatives: ['//r.example/:_authToken=${NPM_TOKEN}', '_auth =', 'always-auth=true'],
    source: 'https://docs.npmjs.com/cli/configuring-npm/npmrc',
  }),
  marked('pypi-token', {
    literals: ['pypi-age'],
    pattern: re`pypi-AgE[A-Za-z0-9_-]{40,}`,
    positives: [
      'pypi-AgEIcHlwaS5vcmc{url:90}',
      'pypi-AgENdGVzdC5weXBpLm9yZw{url:90}',
      'password = pypi-AgEIcHlwaS5vcmc{url:70}',
    ],
    negatives: ['pypi-AgE', 'pypi-server', 'pypi-AgE{url:9}'],
    source: 'https://pypi.org/help/#apitoken',
  }),
  marked('rubygems-token', {
    literals: ['rubygems_'],
    pattern: re`rubygems_[a-z0-9]{40,}`,
    positives: ['rubygems_{hex:48}', ':rubygems_api_key: rubygems_{hex:48}', '"rubygems_{b36:48}"'],
    negatives: ['rubygems_', 'rubygems_version', 'rubygems_{hex:8}'],
    source: 'https://guides.rubygems.org/api-key-scopes/',
  }),
  marked('crates-token', {
    runMin: 35,
    literals: ['cio'],
    pattern: re`\bcio[a-zA-Z0-9]{32}\b`,
    entropyMin: 4,
    positives: ['cio{b62:32}', 'token = "cio{b62:32}"', 'cargo login cio{b62:32}'],
    negatives: ['cio', 'cio{b62:9}', 'precio{b62:32}'],
    source: 'https://doc.rust-lang.org/cargo/reference/publishing.html',
  }),
  marked('clojars-token', {
    literals: ['clojars_'],
    pattern: re`(?i)CLOJARS_[a-z0-9]{60}`,
    positives: ['CLOJARS_{hex:60}', 'x=CLOJARS_{hex:60}', '"CLOJARS_{b36:60}"'],
    negatives: ['CLOJARS_', 'CLOJARS_USERNAME', 'CLOJARS_{hex:9}'],
    source: 'https://github.com/clojars/clojars-web/wiki/Deploy-Tokens',
  }),
  marked('nuget-key', {
    runMin: 46,
    literals: ['oy2'],
    pattern: re`\boy2[a-z0-9]{43}\b`,
    positives: ['oy2{b36:43}', '-ApiKey oy2{b36:43}', '"oy2{b36:43}"'],
    negatives: ['oy2', 'oy2{b36:9}', 'boy2{b36:43}'],
    source: 'https://learn.microsoft.com/nuget/nuget-org/publish-a-package',
  }),
  marked('packagist-token', {
    literals: ['packagist_'],
    pattern: re`packagist_[ou][ru][tu]_[a-f0-9]{60,76}`,
    positives: ['packagist_ort_{hex:68}', 'packagist_out_{hex:68}', 'packagist_uut_{hex:68}'],
    negatives: ['packagist_', 'packagist_ort_', 'packagist_url_{hex:8}'],
    source: 'https://packagist.com/docs/',
  }),
  placed('nuget-config-password', {
    kind: 'password',
    literals: ['cleartextpassword'],
    pattern: re`(?i)ClearTextPassword["']?\s{1,4}value\s?=\s?["']([^"']{4,128})["']`,
    group: 1,
    validator: 'notPlaceholder',
    positives: [
      '<add key="ClearTextPassword" value="{b62:20}" />',
      '<add key="ClearTextPassword" value="{b62:9}"/>',
      "key='ClearTextPassword' value='{b62:9}'",
    ],
    negatives: [
      '<add key="ClearTextPassword" value="%NUGET_PW%" />',
      '<add key="ClearTextPassword" />',
      '<add key="Username" value="me" />',
    ],
    source: 'https://learn.microsoft.com/nuget/reference/nuget-config-file',
  }),
  marked('artifactory-key', {
    runMin: 60,
    literals: ['AKC', 'cmvmdgtu', 'AP'],
    pattern: re`\bAKC[a-zA-Z0-9]{60,80}\b|\bcmVmdGtu[A-Za-z0-9]{56}\b|\bAP[\dABCDEF][A-Za-z0-9]{66,80}\b`,
    entropyMin: 3.5,
    positives: ['AKCp{b62:69}', 'cmVmdGtu{b62:56}', 'AP7{b62:70}'],
    negatives: ['AKCp', 'cmVmdGtu', 'AP{b62:9}'],
    source: 'https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens',
  }),
];
