import type { Rule } from '../rule.ts';
import { placed, re } from './make-rule.ts';

/**
 * The public half of a key: it names the account or the application whose key stands beside it. It opens nothing, but it says which
 * key to revoke, so it becomes a token that can be turned back.
 */
const identifier = (id: string, rule: Parameters<typeof placed>[1]): Rule => ({
  ...placed(id, { kind: 'credential-id', ...rule }),
  class: 'personal',
});

export const credentialIdRules: readonly Rule[] = [
  identifier('connection-string-account', {
    literals: ['accountname=', 'sharedaccesskeyname='],
    pattern: re`(?i)\bAccountName=([A-Za-z0-9]{3,24});?\s{0,4}AccountKey=|\bSharedAccessKeyName=([^;\s"']{1,64});\s{0,4}SharedAccessKey=`,
    group: 1,
    positives: [
      'AccountName={b36:12};AccountKey={b64:86}==',
      'SharedAccessKeyName=Root{b62:5};SharedAccessKey={b64:43}=',
      'accountname={b36:9};\naccountkey=x',
    ],
    negatives: ['AccountName={b36:12}', 'SharedAccessKeyName=Root', 'AccountKey=x;AccountName='],
    source: 'https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string',
  }),
  identifier('client-id-beside-secret', {
    literals: ['client_id', 'clientid', 'client-id', 'client id'],
    pattern: re`(?i)client[ _-]?id["']?\s{0,3}[:=]\s{0,3}["']?([A-Za-z0-9_.-]{8,80})["',;]{0,3}\s{1,8}(?:export\s)?["']?[A-Za-z_-]{0,24}secret["']?\s{0,3}[:=]`,
    group: 1,
    validator: 'mixedId',
    positives: [
      'client_id: "{hex:20}",\n  client_secret: "x"',
      'APP_CLIENT_ID={hex:20}\nAPP_SECRET=x',
      "clientId: '{b62:24}', clientSecret: 'x'",
    ],
    negatives: [
      'client_id={hex:20}',
      'client_id: {uuid}\nclient_secret: x',
      'client_id: production\nclient_secret: x',
    ],
    source: 'https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1',
  }),
  identifier('oauth-client-id-mark', {
    literals: ['oa2-client-id_'],
    pattern: re`oa2-client-id_[A-Za-z0-9_-]{20,40}`,
    positives: [
      'oa2-client-id_{url:32}',
      '-u oa2-client-id_{url:32}:x',
      '"oa2-client-id_{url:32}"',
    ],
    negatives: ['oa2-client-id_', 'oa2-client-id', 'oa2-client-id_x'],
    source: 'https://docs.blynk.io/en/blynk.cloud/authentication',
  }),
];
