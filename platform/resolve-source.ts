import type { SourceConfig } from './config.ts';
import type { ConfigFile } from './config.schema.ts';
import { present } from './present.ts';
import { resolveSecret } from './secrets.ts';
import type { SecretScope } from './secrets.ts';
import type { Rotation } from './sender-proof.ts';

export async function resolveSource(
  file: ConfigFile['sources'][string],
  scope: SecretScope,
): Promise<SourceConfig> {
  const { verify, ...rest } = file;
  return { ...present(rest), verify: { ...present(verify), ...(await rotationOf(verify, scope)) } };
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
