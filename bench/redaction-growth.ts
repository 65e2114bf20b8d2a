// Whether the cost of a search grows with the text and not with its square.
//   node bench/redaction-growth.ts [HOSTILE.jsonl …]
// For each rule: CPU of finding all matches in its own literal repeated, at 64 KB and at 256 KB (4 is linear). For whole texts: the engine
// from 1 KB to 1 MB. With files (lines with `text`, `value`, `input` or `payload`): the longest that one line took.
import { readFileSync } from 'node:fs';
import { compiledRules } from '../redaction/policy.ts';
import { createRedactor } from '../redaction/redact.ts';

const ring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(1) } };
const redactor = createRedactor({ tokenKeys: ring, vaultKeys: ring });
const [small, large] = [65_536, 262_144];
const suspectRatio = 10;
const repeats = 3;

function milliseconds(work: () => void): number {
  let least = Infinity;
  for (let turn = 0; turn < repeats; turn += 1) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

const growth = compiledRules().flatMap((rule) =>
  [...(rule.literals.length === 0 ? ['4111 '] : rule.literals), `${rule.literals[0] ?? ''} = `].map(
    (unit) => {
      const findAll = (size: number) => (): void => {
        const bytes = Buffer.from(unit.repeat(Math.ceil(size / unit.length)), 'latin1');
        rule.re.lastIndex = 0;
        while (rule.re.exec(bytes) !== null) continue;
      };
      const first = milliseconds(findAll(small));
      return {
        rule: rule.id,
        unit,
        first,
        ratio: milliseconds(findAll(large)) / Math.max(first, 0.2),
      };
    },
  ),
);
const text = 'user bob asked 203.0.113.7 for token=a1B2c3D4e5F6 at https://h.example/p?x=1 ';
const sizes = [1_000, 10_000, 100_000, 1_000_000].map((size) => {
  const given = text.repeat(Math.ceil(size / text.length)).slice(0, size);
  return {
    size,
    millisecondsPerKilobyte: milliseconds(() => redactor.redactText(given)) / (size / 1_000),
  };
});
const hostile = process.argv.slice(2).flatMap((path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ path, cost: milliseconds(() => redactor.redact(JSON.parse(line))) })),
);
const worst = growth.toSorted((a, b) => b.ratio - a.ratio).slice(0, 5);
process.stdout.write(
  `${JSON.stringify(
    {
      rules: new Set(growth.map(({ rule }) => rule)).size,
      beyondLinear: growth.filter(({ ratio }) => ratio > suspectRatio),
      worst,
      slowestMilliseconds: Math.max(...growth.map(({ first }) => first)),
      sizes,
      hostileLines: hostile.length,
      hostileSlowestMilliseconds: Math.max(0, ...hostile.map(({ cost }) => cost)),
    },
    null,
    1,
  )}\n`,
);
