/**
 * Several keys by id, one of them current: new data takes the current one, old data is still read with the others.
 * Ids are 1 to 16 characters of `a-z0-9`; each key is 32 bytes.
 */
export interface KeyRing {
  readonly current: string;
  readonly keys: { readonly [id: string]: Uint8Array };
}
