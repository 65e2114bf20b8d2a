// What redaction costs, as ratios within one run (machines differ, ratios less). Rounds of both sides take turns; the median counts.
//   node bench/redaction.ts [ALERT.json …]      without files: an alert of our own, about 3 KB
// ratioToJson: CPU of redacting a parsed alert to CPU of JSON.parse + JSON.stringify of it.
// timesTheLoop: searching the same texts with one RE2 per rule over strings, to searching them with the engine.
import { readFileSync } from 'node:fs';
import RE2 from 're2';
import type { Json } from '../domain/json.ts';
import { allRules, compiledRules } from '../redaction/policy.ts';
import { createRedactor } from '../redaction/redact.ts';
import { createScanner } from '../redaction/scan.ts';
import { ownAlert } from './redaction-alert.ts';

const ring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(1) } };
const redactor = createRedactor({ tokenKeys: ring, vaultKeys: ring });
const scanner = createScanner(compiledRules());
const loop = allRules.map((rule) => new RE2(rule.pattern, 'g'));
const rounds = 21;

const alerts =
  process.argv.length > 2
    ? process.argv.slice(2).map((path): Json => JSON.parse(readFileSync(path, 'utf8')))
    : [ownAlert];
const texts = alerts.map((alert) => JSON.stringify(alert));

function loopOver(text: string): void {
  for (const pattern of loop) {
    pattern.lastIndex = 0;
    while (pattern.exec(text) !== null) continue;
  }
}

/** CPU in microseconds of one pass over all alerts. */
function cost(work: () => void, passes: number): number {
  const start = process.cpuUsage();
  for (let pass = 0; pass < passes; pass += 1) work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / passes;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** The median of the ratios of rounds that take turns, and of what each side cost. */
function compare(
  one: () => void,
  other: () => void,
  passes: readonly [number, number],
): { ratio: number; one: number; other: number } {
  cost(one, passes[0]);
  cost(other, passes[1]);
  const measured = Array.from(
    { length: rounds },
    () => [cost(one, passes[0]), cost(other, passes[1])] as const,
  );
  return {
    ratio: median(measured.map(([first, second]) => first / second)),
    one: median(measured.map(([first]) => first)),
    other: median(measured.map(([, second]) => second)),
  };
}

const scale = Math.max(1, Math.round(20 / alerts.length));
const json = compare(
  () => alerts.forEach((alert) => redactor.redact(alert)),
  () => texts.forEach((text) => JSON.stringify(JSON.parse(text))),
  [scale * 40, scale * 400],
);
const search = compare(
  () => texts.forEach(loopOver),
  () => texts.forEach((text) => scanner.scan(text, '')),
  [Math.max(1, scale >> 2), scale * 10],
);
const bytes = texts.reduce((sum, text) => sum + text.length, 0);
const round = (value: number): number => Number(value.toFixed(1));
process.stdout.write(
  `${JSON.stringify({
    alerts: alerts.length,
    bytes: Math.round(bytes / alerts.length),
    rules: loop.length,
    ratioToJson: round(json.ratio),
    redactMicroseconds: round(json.one / alerts.length),
    jsonMicroseconds: round(json.other / alerts.length),
    megabytesPerSecond: round(bytes / json.one),
    timesTheLoop: round(search.ratio),
    loopMicroseconds: round(search.one / alerts.length),
    scanMicroseconds: round(search.other / alerts.length),
  })}\n`,
);
