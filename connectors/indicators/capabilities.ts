import { z } from 'zod';
import { defineCapability, type Connector } from '../contract.ts';
import { lookupManifest } from '../lookup-manifest.ts';
import { checkRecords, readRecords, type FileRecord } from '../record-file.ts';

const valuesMax = 50;
const matchesMax = 100;
/** From worst to best; what a list does not say is `unknown`. */
const verdicts = ['malicious', 'suspicious', 'benign', 'unknown'] as const;
const text = z.string().max(1_024);
const match = z.strictObject({
  value: text,
  type: text,
  verdict: z.enum(verdicts),
  score: z.number().min(0).max(100),
  source: text,
  note: text,
});

/** Columns: value, type, verdict (malicious, suspicious, benign), score (0–100), source, note. */
const find = defineCapability({
  manifest: lookupManifest({
    name: 'indicators.indicator.find',
    title: 'Find values in the indicator list',
    reach: 'Reads rows of a file.',
  }),
  input: z.strictObject({ values: z.array(z.string().max(2_048)).max(valuesMax) }),
  output: z.strictObject({
    found: z.boolean(),
    count: z.int().min(0).max(matchesMax),
    worst: z.enum(verdicts),
    matches: z.array(match).max(matchesMax),
  }),
  call: async ({ values }, ctx) => {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    const rows = (await readRecords(ctx.connection.address)).filter((row) =>
      wanted.has((row['value'] ?? '').toLowerCase()),
    );
    const matches = rows.map(toMatch).slice(0, matchesMax);
    const worst =
      verdicts.find((verdict) => matches.some((one) => one.verdict === verdict)) ?? 'unknown';
    return { found: matches.length > 0, count: matches.length, worst, matches };
  },
});

export const indicators: Connector = {
  manifest: {
    name: 'indicators',
    title: 'Indicator list from a file',
    version: '1.0.0',
    capabilities: [find.manifest],
  },
  capabilities: { 'indicators.indicator.find': find },
  check: checkRecords,
};

function toMatch(row: FileRecord): z.output<typeof match> {
  const verdict = verdicts.find((one) => one === row['verdict']?.toLowerCase()) ?? 'unknown';
  const score = Number(row['score'] ?? 0);
  return {
    value: row['value'] ?? '',
    type: row['type'] ?? '',
    verdict,
    score: score >= 0 && score <= 100 ? score : 0,
    source: row['source'] ?? '',
    note: row['note'] ?? '',
  };
}
