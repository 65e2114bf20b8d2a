// The long form of the fuzz test: documents with a planted secret each, until so many were tried or one leaks.
//   node test/property/redaction-long.ts [DOCUMENTS] [SEED]      100,000 documents where not said
import fc from 'fast-check';
import { createRedactor } from '../../redaction/redact.ts';
import { leaksIn, plantedDocuments } from '../support/redaction-fuzz.ts';

const [documents = '100000', seed = '1'] = process.argv.slice(2);
const ring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(1) } };
const redactor = createRedactor({ tokenKeys: ring });
const details = fc.check(
  fc.property(
    plantedDocuments,
    (planted) => leaksIn(redactor.redact(planted.value).value, planted).length === 0,
  ),
  { numRuns: Number(documents), seed: Number(seed) },
);
process.stdout.write(
  `${JSON.stringify({ documents: details.numRuns, seed: details.seed, failed: details.failed, counterexample: details.counterexample })}\n`,
);
process.exitCode = details.failed ? 1 : 0;
