export const pullLimits = {
  /** Of one reading; what is left is read the next time. */
  pagesMax: 50,
  itemsMax: 5_000,
  /** The first reading of a source goes back so far. */
  firstMs: 24 * 3_600_000,
} as const;
