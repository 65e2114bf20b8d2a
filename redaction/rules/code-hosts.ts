import type { Rule } from '../rule.ts';

const secret = (rule: Omit<Rule, 'class'>): Rule => ({ ...rule, class: 'secret' });

/** Code hosts, package registries, CI and container registries. */
export const codeHostRules: readonly Rule[] = [
  secret({ id: 'github-token', kind: 'github-token', literals: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], pattern: '\\bgh[pousr]_[A-Za-z0-9]{36,255}', validator: 'notPlaceholder', source: 'https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/' }),
  secret({ id: 'github-fine-grained', kind: 'github-token', literals: ['github_pat_'], pattern: '\\bgithub_pat_[A-Za-z0-9_]{36,255}', validator: 'notPlaceholder', source: 'https://docs.github.com/authentication/keeping-your-account-and-data-secure' }),
  secret({ id: 'gitlab-token', kind: 'gitlab-token', literals: ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glft-', 'glimt-', 'glagent-', 'gloas-', 'glsoat-', 'glffct-', 'glwt-', 'gr1348941'], pattern: '\\b(?:gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-[A-Za-z0-9_.-]{20,}|GR1348941[A-Za-z0-9_-]{20,})', validator: 'mixed', source: 'https://docs.gitlab.com/security/tokens/' }),
  secret({ id: 'bitbucket-atlassian', kind: 'atlassian-token', literals: ['atatt', 'atctt', 'atbb', 'bbdc-'], pattern: '\\bAT[AC]TT[A-Za-z0-9_=-]{40,}|\\bATBB[A-Za-z0-9]{24,32}\\b|\\bBBDC-[A-Za-z0-9+/@_-]{40,50}', validator: 'notPlaceholder', source: 'https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/' }),
  secret({ id: 'npm-token', kind: 'npm-token', literals: ['npm_'], pattern: '\\bnpm_[A-Za-z0-9]{36}\\b', validator: 'notPlaceholder', source: 'https://docs.npmjs.com/about-access-tokens' }),
  secret({ id: 'npmrc-auth', kind: 'npm-token', literals: ['_authtoken', '_password', '_auth'], pattern: '(?i)_(?:authToken|auth|password)\\s{0,3}=\\s{0,3}["\']?([A-Za-z0-9+/=_.-]{8,})', group: 1, validator: 'notPlaceholder', source: 'https://docs.npmjs.com/cli/configuring-npm/npmrc' }),
  secret({ id: 'pypi-token', kind: 'pypi-token', literals: ['pypi-ageichlwas5vcmc', 'pypi-agendgvzd'], pattern: '\\bpypi-AgE[A-Za-z0-9_-]{40,}', source: 'https://pypi.org/help/#apitoken' }),
  secret({ id: 'rubygems-token', kind: 'rubygems-token', literals: ['rubygems_'], pattern: '\\brubygems_[a-z0-9]{40,}', source: 'https://guides.rubygems.org/api-key-scopes/' }),
  secret({ id: 'crates-token', kind: 'crates-token', literals: ['cio'], pattern: '\\bcio[a-zA-Z0-9]{32}\\b', entropyMin: 4, source: 'https://doc.rust-lang.org/cargo/reference/publishing.html' }),
  secret({ id: 'clojars-token', kind: 'clojars-token', literals: ['clojars_'], pattern: '(?i)\\bCLOJARS_[a-z0-9]{60}', source: 'https://github.com/clojars/clojars-web/wiki/Deploy-Tokens' }),
  secret({ id: 'nuget-key', kind: 'nuget-key', literals: ['oy2'], pattern: '\\boy2[a-z0-9]{43}\\b', source: 'https://learn.microsoft.com/nuget/nuget-org/publish-a-package' }),
  secret({ id: 'docker-token', kind: 'docker-token', literals: ['dckr_pat_', 'dckr_oat_'], pattern: '\\bdckr_[po]at_[A-Za-z0-9_-]{20,}', source: 'https://docs.docker.com/security/access-tokens/' }),
  secret({ id: 'docker-auth', kind: 'docker-auth', literals: ['"auth"'], pattern: '"auth"\\s{0,3}:\\s{0,3}"([A-Za-z0-9+/=]{8,})"', group: 1, validator: 'basicPair', source: 'https://docs.docker.com/reference/cli/docker/login/' }),
  secret({ id: 'artifactory-key', kind: 'artifactory-key', literals: ['akcp', 'cmvmdgtu'], pattern: '\\bAKCp[A-Za-z0-9]{69}\\b|\\bcmVmdGtu[A-Za-z0-9]{56}\\b', entropyMin: 3.5, source: 'https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens' }),
  secret({ id: 'sonar-token', kind: 'sonar-token', literals: ['squ_', 'sqp_', 'sqa_'], pattern: '\\bsq[upa]_[a-f0-9]{40}\\b', source: 'https://docs.sonarsource.com/sonarqube/latest/user-guide/user-token/' }),
  secret({ id: 'circleci-token', kind: 'circleci-token', literals: ['ccipat_', 'ccipropat_'], pattern: '\\bCCIP(?:RO)?AT_[A-Za-z0-9_]{40,}', source: 'https://circleci.com/docs/managing-api-tokens/' }),
  secret({ id: 'buildkite-token', kind: 'buildkite-token', literals: ['bkua_'], pattern: '\\bbkua_[a-z0-9]{40}\\b', source: 'https://buildkite.com/docs/apis/managing-api-tokens' }),
  secret({ id: 'sourcegraph-token', kind: 'sourcegraph-token', literals: ['sgp_', 'slk_'], pattern: '\\b(?:sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}|slk_[a-f0-9]{64})\\b', entropyMin: 3, source: 'https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token' }),
  secret({ id: 'prefect-token', kind: 'prefect-token', literals: ['pnu_'], pattern: '\\bpnu_[a-zA-Z0-9]{36}\\b', validator: 'mixed', source: 'https://docs.prefect.io/' }),
  secret({ id: 'scalingo-token', kind: 'scalingo-token', literals: ['tk-us-'], pattern: '\\btk-us-[\\w-]{48}', source: 'https://developers.scalingo.com/' }),
];
