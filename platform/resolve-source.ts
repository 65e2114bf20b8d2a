import type { SourceConfig } from './config.ts';
import type { ConfigFile } from './config.schema.ts';
import { present } from './present.ts';
import { resolveSecret } from './secrets.ts';
import type { SecretScope } from './secrets.ts';
import type { Rotation, SenderProof } from './sender-proof.ts';
import { entraTokens, googleTokens } from './token-issuers.ts';

type SourceFile = ConfigFile['sources'][string];

export async function resolveSource(file: SourceFile, scope: SecretScope): Promise<SourceConfig> {
  const { verify, ...rest } = file;
  return { ...present(rest), verify: await resolveProof(verify, scope) };
}

async function resolveProof(file: SourceFile['verify'], scope: SecretScope): Promise<SenderProof> {
  switch (file.kind) {
    case 'google':
      return googleTokens(file);
    case 'entra':
      return entraTokens(file);
    case 'oidc': {
      const { issuer, claims, ...rest } = present(file);
      const wanted = Object.entries(claims).map(([name, values]) => ({ names: [name], values }));
      return { ...rest, issuers: [issuer], claims: wanted };
    }
    case 'aws-sns':
      return file;
    default:
      return { ...present(file), ...(await rotationOf(file, scope)) };
  }
}

interface WrittenRotation {
  readonly secrets: readonly string[];
  readonly retiring?: readonly { readonly secret: string; readonly until: string }[] | undefined;
}

async function rotationOf(file: WrittenRotation, scope: SecretScope): Promise<Required<Rotation>> {
  const reveal = async (reference: string): Promise<string> =>
    (await resolveSecret(reference, scope)).reveal();
  return {
    secrets: await Promise.all(file.secrets.map(reveal)),
    retiring: await Promise.all(
      (file.retiring ?? []).map(async (item) => ({
        secret: await reveal(item.secret),
        untilMs: Date.parse(item.until),
      })),
    ),
  };
}
