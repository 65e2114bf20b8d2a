type Present<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };

/** zod types a key that was left out as `undefined`; it is not there. */
export function present<Shape extends object>(value: Shape): Present<Shape> {
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== undefined),
  ) as Present<Shape>;
}
