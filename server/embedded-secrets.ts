import { randomBytes } from 'node:crypto';
import { access, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { webhookFakeSecret } from '../connectors/webhook/fake.ts';

/** What each file of `secrets/` holds. Those of connections are what the fakes accept: they guard nothing. */
const makers: Readonly<Record<string, () => string>> = {
  'source-falco': randomToken,
  'source-elastic': randomToken,
  'source-wazuh': randomToken,
  'source-guardduty': randomToken,
  'source-kyverno': randomToken,
  'source-custodian': randomToken,
  'source-alertmanager': randomToken,
  'source-generic': () => `whsec_${randomBytes(32).toString('base64')}`,
  'token-alice': randomToken,
  'token-bob': randomToken,
  'token-auditor': randomToken,
  'token-admin': randomToken,
  'connection-edr': () => 'fake-client:fake-secret',
  'connection-idp': () => 'fake-okta-token',
  'connection-cloud': () => 'AKIAFAKEENGINE000000:fake-aws-secret',
  'connection-oncall': () => webhookFakeSecret,
};

const tokenBytes = 32;

function randomToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

/** Makes the secrets that the shipped configuration refers to and that are not there yet. True on the very first time. */
export async function ensureSecrets(dataDir: string): Promise<boolean> {
  const dir = join(dataDir, 'secrets');
  const isFirst = !(await readdir(dir)).some((name) => Object.hasOwn(makers, name));
  await Promise.all(
    Object.entries(makers).map(([name, make]) => ensureFile(join(dir, name), make)),
  );
  return isFirst;
}

async function ensureFile(path: string, make: () => string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  // Renamed into place: a crash must not leave half a key.
  await writeFile(`${path}.new`, `${make()}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
