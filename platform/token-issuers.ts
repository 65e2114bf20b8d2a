import type { TokenProof } from './sender-proof.ts';

const ageSecondsMax = 3_600;

export interface GoogleSender {
  readonly audience: string;
  readonly serviceAccounts: readonly string[];
}

/** Pub/Sub and other services of Google Cloud: OIDC tokens of a service account. */
export function googleTokens({ audience, serviceAccounts }: GoogleSender): TokenProof {
  return {
    kind: 'oidc',
    issuers: ['https://accounts.google.com', 'accounts.google.com'],
    audiences: [audience],
    keysUrl: 'https://www.googleapis.com/oauth2/v3/certs',
    algorithms: ['RS256'],
    ageSecondsMax,
    claims: [
      { names: ['email'], values: serviceAccounts },
      { names: ['email_verified'], values: ['true'] },
    ],
  };
}

export interface EntraSender {
  readonly tenantId: string;
  readonly audiences: readonly string[];
  readonly applications: readonly string[];
}

/** Microsoft Entra: tokens of version 1 name the calling application `appid`, those of version 2 `azp`. */
export function entraTokens({ tenantId, audiences, applications }: EntraSender): TokenProof {
  const login = `https://login.microsoftonline.com/${tenantId}`;
  return {
    kind: 'oidc',
    issuers: [`${login}/v2.0`, `https://sts.windows.net/${tenantId}/`],
    audiences,
    keysUrl: `${login}/discovery/v2.0/keys`,
    algorithms: ['RS256'],
    ageSecondsMax: 24 * ageSecondsMax,
    claims: [{ names: ['azp', 'appid'], values: applications }],
  };
}
