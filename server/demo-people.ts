import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigningKey, signingKeyFromPem, writeKeyFile } from '../platform/signature.ts';
import { addApprover, loadApprovers } from '../store/approvers.ts';
import type { Embedded } from './open-embedded.ts';

/** The two people of a fresh installation. Each needs the other: nobody approves what they asked for. */
export const demoPeople = ['alice', 'bob'] as const;
const groups = ['security-approvers', 'cloud-approvers'] as const;

/** Makes the keys of the demo approvers, registers them, and writes where the CLI finds it all. Changes nothing that is there. */
export async function ensureApprovers(embedded: Embedded): Promise<void> {
  const { config, core, url } = embedded;
  const { dataDir, tenant } = config;
  const known = await loadApprovers(core.db, tenant);
  for (const person of demoPeople) {
    const publicKey = await ensureKey(keyPath(dataDir, person));
    if (known.some((approver) => approver.person === person)) continue;
    const actor = { kind: 'service', id: 'first-start' } as const;
    const approver = {
      id: person,
      tenant,
      person,
      kind: 'person',
      groups,
      publicKeys: [publicKey],
      actor,
      reason: 'demo approver of the embedded stack',
    } as const;
    await core.db.transaction((tx) => addApprover(tx, approver, core.clock));
  }
  const tokens = Object.fromEntries(
    await Promise.all(
      [...demoPeople, 'auditor', 'admin'].map(
        async (name) => [name, join(dataDir, 'secrets', `token-${name}`)] as const,
      ),
    ),
  );
  const keys = Object.fromEntries(demoPeople.map((name) => [name, keyPath(dataDir, name)]));
  const roles = Object.fromEntries(config.tokens.map((token) => [token.name, token.roles]));
  const cli = {
    schema: 1,
    url,
    dataDir,
    tokens,
    keys,
    roles,
    verifierKey: embedded.verifierKey,
    ledger: config.ledger.dir,
  };
  const path = join(dataDir, 'cli.json');
  // Renamed into place: a CLI that reads it meanwhile finds the old one or the new one.
  await writeFile(`${path}.new`, `${JSON.stringify(cli, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export const keyPath = (dataDir: string, person: string): string =>
  join(dataDir, 'keys', `${person}.pem`);

async function ensureKey(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8').catch(() => null);
  if (pem !== null) return signingKeyFromPem(pem).publicKey;
  const { key, pem: made } = createSigningKey();
  await writeKeyFile(path, made);
  return key.publicKey;
}
