import { fileURLToPath } from 'node:url';
import { yamlFiles } from '../../catalog/load.ts';
import { readPolicy } from '../../catalog/read-policy.ts';
import { createCorrelator, type Correlate } from '../../intake/correlation.ts';
import type { Policy } from '../../domain/policy.ts';

export function shippedPolicy(): Policy {
  const { policy, problems } = readPolicy(
    yamlFiles(fileURLToPath(new URL('../../policy', import.meta.url))),
  );
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

/** The shipped correlation rules. */
export const shippedCorrelate: Correlate = createCorrelator(shippedPolicy().correlation);
