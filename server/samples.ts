import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SallyportError } from '../domain/errors.ts';
import type { Embedded } from './open-embedded.ts';
import { signDelivery } from './sign-delivery.ts';

const folder = fileURLToPath(new URL('../fixtures/alerts/', import.meta.url));

const indexSchema = z.object({
  alerts: z
    .array(
      z.object({
        source: z.string(),
        file: z.string(),
        findings: z.int(),
        playbook: z.string().nullable(),
      }),
    )
    .max(100),
});
const receiptSchema = z.object({
  receiptId: z.string(),
  findings: z.array(z.object({ id: z.string(), incident: z.string() })).max(10_000),
});

export type Sample = z.output<typeof indexSchema>['alerts'][number];

/** One alert that was sent and accepted. */
export interface Delivered {
  readonly sample: Sample;
  readonly receiptId: string;
  readonly findings: number;
  readonly incidents: readonly string[];
}

/** Sends our sample alerts to our own intake, signed, one after the other, as their products would. */
export async function deliverSamples(embedded: Embedded): Promise<readonly Delivered[]> {
  const index = indexSchema.parse(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')));
  const delivered: Delivered[] = [];
  for (const sample of index.alerts) delivered.push(await deliver(embedded, sample));
  return delivered;
}

async function deliver({ config, core, url }: Embedded, sample: Sample): Promise<Delivered> {
  const source = config.sources[sample.source];
  if (source === undefined)
    throw new SallyportError('CONFIG_INVALID', `the samples need a source named ${sample.source}`);
  const body = await readFile(join(folder, sample.file));
  const headers = { 'content-type': 'application/json', ...signDelivery(source, body, core.clock) };
  const response = await fetch(`${url}/v1/alerts/${sample.source}`, {
    method: 'POST',
    headers,
    body: new Uint8Array(body),
  });
  const answer: unknown = await response.json();
  if (response.status !== 202)
    throw new SallyportError(
      'BROKEN_INVARIANT',
      `intake answered ${response.status} to ${sample.file}: ${JSON.stringify(answer)}`,
    );
  const receipt = receiptSchema.parse(answer);
  return {
    sample,
    receiptId: receipt.receiptId,
    findings: receipt.findings.length,
    incidents: [...new Set(receipt.findings.map((finding) => finding.incident))],
  };
}
