/**
 * Several keys by id, one of them current: new data takes the current one, old data is still read with the others.
 * Ids are 1 to 16 characters of `a-z0-9`; each key is 32 bytes.
 */
export interface KeyRing {
  readonly current: string;
  readonly keys: { readonly [id: string]: Uint8Array };
  /**
   * For tokens: an older key → until when (epoch ms) its tokens are made beside the current ones and kept as their aliases, so that
   * what was written before the rotation still finds what is written after it.
   */
  readonly overlapUntilMs?: { readonly [id: string]: number };
}
