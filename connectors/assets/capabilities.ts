import { z } from 'zod';
import { defineCapability, type Connector } from '../contract.ts';
import { lookupManifest } from '../lookup-manifest.ts';
import { checkRecords, readRecords, type FileRecord } from '../record-file.ts';

const text = z.string().max(1_024);
const tagsMax = 50;
const output = z.strictObject({
  found: z.boolean(),
  name: text,
  criticality: text,
  exposure: text,
  environment: text,
  owner: text,
  team: text,
  tags: z.array(text).max(tagsMax),
});
type Asset = z.output<typeof output>;
const absent: Asset = {
  found: false,
  name: '',
  criticality: '',
  exposure: '',
  environment: '',
  owner: '',
  team: '',
  tags: [],
};

/** Columns: name, criticality (low, normal, high, crown), exposure (internal, internet), environment, owner, team, tags (`;` between). */
const find = defineCapability({
  manifest: lookupManifest({
    name: 'assets.asset.find',
    title: 'Find an asset in the inventory file',
    reach: 'Reads one row of a file.',
  }),
  input: z.strictObject({ name: z.string().min(1).max(512) }),
  output,
  call: async ({ name }, ctx) => {
    const wanted = name.toLowerCase();
    const row = (await readRecords(ctx.connection.address)).find(
      (record) => record['name']?.toLowerCase() === wanted,
    );
    return row === undefined ? absent : toAsset(row);
  },
});

export const assets: Connector = {
  manifest: {
    name: 'assets',
    title: 'Asset inventory from a file',
    version: '1.0.0',
    capabilities: [find.manifest],
  },
  capabilities: { 'assets.asset.find': find },
  check: checkRecords,
};

function toAsset(row: FileRecord): Asset {
  const field = (name: string): string => row[name] ?? '';
  return {
    found: true,
    name: field('name'),
    criticality: field('criticality').toLowerCase(),
    exposure: field('exposure').toLowerCase(),
    environment: field('environment'),
    owner: field('owner'),
    team: field('team'),
    tags: field('tags')
      .split(';')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '')
      .slice(0, tagsMax),
  };
}
