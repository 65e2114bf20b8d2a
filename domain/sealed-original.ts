/** An original that became a token, sealed for the vault. */
export interface SealedOriginal {
  readonly token: string;
  readonly kind: string;
  /** The vault key that opens it. */
  readonly keyId: string;
  /** AES-256-GCM: 12 bytes nonce, ciphertext, 16 bytes tag; bound to tenant and token. */
  readonly sealed: Uint8Array;
  /** Tokens of older keys for the same value, while the keys overlap. */
  readonly older?: readonly string[];
}
