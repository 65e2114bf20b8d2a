// What redacting an alert costs, as a ratio to JSON.parse + JSON.stringify of it in the same run (machines differ, ratios less).
//   node bench/redaction.ts [ALERT.json …]      without files: an alert of our own, about 3 KB
import { readFileSync } from 'node:fs';
import type { Json } from '../domain/json.ts';
import { createRedactor } from '../redaction/redact.ts';

const ring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(1) } };
const redactor = createRedactor({ tokenKeys: ring, vaultKeys: ring });
const warmUps = 500;
const passes = 3_000;

const ownAlert: Json = {
  rule: 'Terminal shell in container',
  priority: 'Notice',
  source: 'syscall',
  time: '2026-01-02T03:04:05.678901234Z',
  output:
    '03:04:05.678901234: Notice A shell was spawned in a container with an attached terminal (user=root user_loginuid=-1 k8s.ns=shop container=3f1b)',
  output_fields: Object.fromEntries(
    Array.from({ length: 24 }, (_, at) => [
      `proc.field.${at}`,
      `/usr/bin/process-${at} --mode=fast --id 6ba7b810-9dad-11d1-80b4-00c04fd430c${at % 10}`,
    ]),
  ),
  hashes: {
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    md5: 'd41d8cd98f00b204e9800998ecf8427e',
  },
  owner: 'jane.doe@example.com',
  cmdline: 'psql postgres://app:pl4ntedPass@db.example:5432/app',
  tags: ['container', 'shell', 'mitre_execution', 'T1059'],
};

const alerts =
  process.argv.length > 2
    ? process.argv.slice(2).map((path): Json => JSON.parse(readFileSync(path, 'utf8')))
    : [ownAlert];
const texts = alerts.map((alert) => JSON.stringify(alert));

function microseconds(work: () => void): number {
  for (let pass = 0; pass < warmUps; pass += 1) work();
  const start = process.cpuUsage();
  for (let pass = 0; pass < passes; pass += 1) work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / passes / alerts.length;
}

const json = microseconds(() => texts.forEach((text) => JSON.stringify(JSON.parse(text))));
const redact = microseconds(() => alerts.forEach((alert) => redactor.redact(alert)));
const bytes = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
process.stdout.write(
  `${JSON.stringify({ alerts: alerts.length, bytes: Math.round(bytes), jsonMicroseconds: Number(json.toFixed(1)), redactMicroseconds: Number(redact.toFixed(1)), ratio: Number((redact / json).toFixed(1)), megabytesPerSecond: Number((bytes / redact).toFixed(1)) })}\n`,
);
