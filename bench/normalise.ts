import { readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readPolicy } from '../catalog/read-policy.ts';
import { yamlFiles } from '../catalog/load.ts';
import { createCorrelator } from '../intake/correlation.ts';
import { toFinding } from '../intake/finish.ts';
import { detectNothing, readerOf } from '../intake/formats/registry.ts';
import { normalise } from '../intake/normalise.ts';
import { benchAlert } from './alert.ts';

/** What parsing, recognising, normalising, bounding and correlating one alert costs, without redaction. One JSON line. */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '60' } } });
const rounds = Number(values.rounds);
const home = new URL('..', import.meta.url);
const { policy } = readPolicy(yamlFiles(fileURLToPath(new URL('policy', home))));
if (policy === null) throw new Error('the shipped policy does not load');
const correlate = createCorrelator(policy.correlation);

const samples = ['fixtures/formats/', 'fixtures/alerts/'].flatMap((folder) =>
  readdirSync(new URL(folder, home))
    .filter((name) => name !== 'expected.json' && name !== 'index.json')
    .map((name) => readFileSync(new URL(`${folder}${name}`, home))),
);
const strange = Array.from({ length: 60 }, (_, index) =>
  Buffer.from(benchAlert({ index, key: index }).body),
);

function cost(bodies: readonly Uint8Array[], detect: typeof readerOf): object {
  const run = (): number => {
    let findings = 0;
    for (const body of bodies)
      for (const draft of normalise(body, null, detect)) {
        correlate(toFinding(draft, { tenant: 'bench', source: 'bench' }));
        findings += 1;
      }
    return findings;
  };
  for (let round = 0; round < rounds / 3; round += 1) run();
  const before = process.cpuUsage();
  let findings = 0;
  for (let round = 0; round < rounds; round += 1) findings += run();
  const { user, system } = process.cpuUsage(before);
  return {
    findings,
    bytesPerBody: Math.round(bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length),
    cpuMsPerAlert: Number(((user + system) / 1000 / findings).toFixed(3)),
  };
}

const line = {
  known: cost(samples, readerOf),
  sameByGeneric: cost(samples, detectNothing),
  benchAlertByGeneric: cost(strange, readerOf),
  node: process.version,
  cpu: cpus()[0]?.model ?? '',
  cores: cpus().length,
  at: new Date().toISOString(),
};
process.stdout.write(`${JSON.stringify(line)}\n`);
