import type { KeyRing } from '../domain/key-ring.ts';
import { unseal, vaultBinding } from '../redaction/seal.ts';

/** Opens what the redactor sealed for the vault. CREDENTIAL_REFUSED where the key is gone or the row was changed or moved. */
export function openSealedOriginal(
  keyring: KeyRing,
  of: { tenant: string; token: string; keyId: string; sealed: Uint8Array },
): string {
  return unseal(keyring, of, vaultBinding(of.tenant, of.token)).toString('utf8');
}
