/** The real workflows, and one that looks at what they left behind in the sandbox that all share. */
export { respond } from '../../workflows/respond.ts';
export { triage } from '../../workflows/triage.ts';

export interface Probe {
  readonly inherited: readonly string[];
  readonly own: readonly string[];
}

export async function probe(): Promise<Probe> {
  const inherited: string[] = [];
  // What is inherited is what is asked for.
  for (const name in {}) inherited.push(name);
  const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
  return { inherited, own: prototypes.flatMap((each) => Object.getOwnPropertyNames(each)) };
}
