import type { Rule } from '../rule.ts';

const secret = (rule: Omit<Rule, 'class'>): Rule => ({ ...rule, class: 'secret' });

/** Credentials of AWS, Google Cloud, Azure and smaller clouds. */
export const cloudRules: readonly Rule[] = [
  {
    // An identifier, not a secret: it names the key to deactivate. So it becomes a token.
    id: 'aws-access-key-id', kind: 'aws-access-key-id', class: 'personal', literals: ['akia', 'asia', 'abia', 'acca', 'a3t'],
    pattern: '\\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\\b', validator: 'notExampleKey',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids',
  },
  secret({
    id: 'aws-secret-key', kind: 'aws-secret-key', literals: ['aws', 'akia', 'asia', 'secretaccesskey', 'secret_access', 'secret access'],
    pattern: '(?i)(?:aws|amazon|secret.?access|secret.?key|AKIA[A-Z0-9]{16}|ASIA[A-Z0-9]{16}).{0,40}?["\'\\s=:,/>]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)',
    group: 1, entropyMin: 4, validator: 'awsSecret', source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
  }),
  secret({
    id: 'aws-session-token', kind: 'aws-session-token', literals: ['fwog', 'iqoj', 'fqog'],
    pattern: '\\b(?:FwoG|FQoG|IQoJ)[A-Za-z0-9/+=]{90,}', source: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html',
  }),
  secret({ id: 'aws-bedrock-key', kind: 'aws-bedrock-key', literals: ['absk', 'bedrock-api-key-'], pattern: '\\bABSK[A-Za-z0-9+/]{109,269}={0,2}|bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=_-]*', source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html' }),
  secret({ id: 'aws-presigned', kind: 'aws-signature', literals: ['x-amz-signature', 'x-amz-security-token'], pattern: '(?i)X-Amz-(?:Signature|Security-Token)=([A-Za-z0-9%/+=_-]{16,})', group: 1, source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html' }),
  secret({ id: 'gcp-api-key', kind: 'gcp-api-key', literals: ['aiza'], pattern: '\\bAIza[A-Za-z0-9_-]{35}', validator: 'notPlaceholder', source: 'https://cloud.google.com/docs/authentication/api-keys' }),
  secret({ id: 'gcp-oauth-token', kind: 'gcp-oauth-token', literals: ['ya29.'], pattern: '\\bya29\\.[A-Za-z0-9_-]{20,}', source: 'https://cloud.google.com/docs/authentication/token-types' }),
  secret({ id: 'gcp-refresh-token', kind: 'gcp-refresh-token', literals: ['1//0'], pattern: '\\b1//0[A-Za-z0-9_-]{30,}', source: 'https://developers.google.com/identity/protocols/oauth2' }),
  secret({ id: 'gcp-client-secret', kind: 'gcp-client-secret', literals: ['gocspx-'], pattern: '\\bGOCSPX-[A-Za-z0-9_-]{20,}', source: 'https://developers.google.com/identity/protocols/oauth2' }),
  secret({ id: 'azure-storage-key', kind: 'azure-storage-key', literals: ['accountkey', 'sharedaccesskey', 'storage'], pattern: '(?i)(?:AccountKey|SharedAccessKey|storage.{0,20}?key)["\']?\\s{0,3}[=:]\\s{0,3}["\']?([A-Za-z0-9+/]{40,88}={1,2})', group: 1, source: 'https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage' }),
  secret({ id: 'azure-sas', kind: 'azure-sas', literals: ['sig='], pattern: '(?i)[?&;]sig=([A-Za-z0-9%/+=_-]{32,})', group: 1, source: 'https://learn.microsoft.com/rest/api/storageservices/create-service-sas' }),
  secret({ id: 'azure-ad-client-secret', kind: 'azure-ad-client-secret', literals: ['q~'], pattern: '(?:^|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.-]{3}\\dQ~[A-Za-z0-9_~.-]{31,34})(?:[^A-Za-z0-9_~.-]|$)', group: 1, entropyMin: 3, validator: 'mixed', source: 'https://learn.microsoft.com/entra/identity-platform/' }),
  secret({ id: 'azure-identifiable-key', kind: 'azure-key', literals: ['azdo', 'jqqj99', '+asta', '+ast', 'acdb', 'azfu', 'azse', 'abea', '+abm', 'acr', 'aaca'], pattern: '\\b[A-Za-z0-9+/]{32,76}(?:AZDO|JQQJ99|\\+AS[tTm]|\\+ABa|\\+AMC|ACDb|AzFu|AzSe|\\+ACR|AIoT|APIM)[A-Za-z0-9+/]{3,40}={0,2}', entropyMin: 4, source: 'https://learn.microsoft.com/purview/sit-defn-azure-storage-account-key' }),
  secret({ id: 'alibaba-key', kind: 'alibaba-key', literals: ['ltai'], pattern: '\\bLTAI[A-Za-z0-9]{12,24}\\b', validator: 'mixed', source: 'https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair' }),
  secret({ id: 'digitalocean-token', kind: 'digitalocean-token', literals: ['dop_v1_', 'doo_v1_', 'dor_v1_'], pattern: '\\bdo[opr]_v1_[a-f0-9]{64}', source: 'https://docs.digitalocean.com/reference/api/create-personal-access-token/' }),
  secret({ id: 'heroku-token', kind: 'heroku-token', literals: ['hrku-'], pattern: '\\bHRKU-[A-Za-z0-9_-]{36,}', source: 'https://devcenter.heroku.com/articles/authentication' }),
  secret({ id: 'databricks-token', kind: 'databricks-token', literals: ['dapi'], pattern: '\\bdapi[a-f0-9]{32}(?:-\\d)?\\b', source: 'https://docs.databricks.com/dev-tools/auth/pat' }),
  secret({ id: 'hashicorp-vault-token', kind: 'vault-token', literals: ['hvs.', 'hvb.', 'hvr.'], pattern: '\\bhv[sbr]\\.[A-Za-z0-9_-]{20,}', source: 'https://developer.hashicorp.com/vault/docs/concepts/tokens' }),
  secret({ id: 'terraform-cloud-token', kind: 'terraform-token', literals: ['.atlasv1.'], pattern: '\\b[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}', validator: 'notPlaceholder', source: 'https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens' }),
  secret({ id: 'cloudflare-origin-key', kind: 'cloudflare-key', literals: ['v1.0-'], pattern: '\\bv1\\.0-[a-f0-9]{24}-[a-f0-9]{146}', source: 'https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/' }),
  secret({ id: 'flyio-token', kind: 'flyio-token', literals: ['fm1_', 'fm1r_', 'fm2_', 'fo1_'], pattern: '\\b(?:fo1_[\\w-]{43}|fm1[ar]?_[A-Za-z0-9+/=]{40,}|fm2_[A-Za-z0-9+/=]{40,})', source: 'https://fly.io/docs/security/tokens/' }),
  secret({ id: 'yandex-token', kind: 'yandex-token', literals: ['t1.', 'y0_', 'aqvn'], pattern: '\\bt1\\.[A-Z0-9a-z_-]+={0,2}\\.[A-Z0-9a-z_-]{86}={0,2}|\\by0_[A-Za-z0-9_-]{50,}|\\bAQVN[A-Za-z0-9_-]{35,38}', source: 'https://yandex.cloud/docs/iam/concepts/authorization/' }),
  secret({ id: 'planetscale-token', kind: 'planetscale-token', literals: ['pscale_'], pattern: '\\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,64}', source: 'https://planetscale.com/docs' }),
  secret({ id: 'doppler-token', kind: 'doppler-token', literals: ['dp.'], pattern: '\\bdp\\.(?:pt|ct|st|sa|scim|audit)\\.(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}', source: 'https://docs.doppler.com/docs/service-tokens' }),
  secret({ id: 'pulumi-token', kind: 'pulumi-token', literals: ['pul-'], pattern: '\\bpul-[a-f0-9]{40}\\b', source: 'https://www.pulumi.com/docs/' }),
];
