import { z } from 'zod';
import type { DeployStore } from '../../domain/deploy.ts';
import { SallyportError } from '../../domain/errors.ts';
import { serviceNames } from '../../domain/hold.ts';
import { defineCapability, type CallContext, type Connector } from '../contract.ts';
import { lookupManifest } from '../lookup-manifest.ts';

const namesMax = 50;
const deploysMax = 20;
const hoursMax = 720;
const usualHours = 24;
const hourMs = 3_600_000;
const text = z.string().max(1_024);
const deploy = z.strictObject({
  service: text,
  environment: text,
  version: text,
  status: z.enum(['started', 'succeeded', 'failed']),
  source: text,
  actor: text,
  url: text,
  at: text,
});

/** Names as alerts give them: a pod is found by what owns it, a repository with or without its owner. */
const find = defineCapability({
  manifest: lookupManifest({
    name: 'deploys.deploy.find',
    title: 'Find recent deploys of a service',
    reach: 'Reads what this engine was told of deploys.',
  }),
  input: z.strictObject({
    names: z.array(z.string().max(1_024)).max(namesMax),
    hours: z.int().min(1).max(hoursMax).optional(),
  }),
  output: z.strictObject({
    found: z.boolean(),
    count: z.int().min(0).max(deploysMax),
    latest: text,
    latestAt: text,
    deploys: z.array(deploy).max(deploysMax),
  }),
  call: async ({ names, hours }, ctx) => {
    const deploys = await storeOf(ctx).recent(ctx.tenant, {
      services: [...new Set(names.flatMap((name) => serviceNames(name)))],
      sinceMs: ctx.clock.nowMs() - (hours ?? usualHours) * hourMs,
      limit: deploysMax,
    });
    const [latest] = deploys;
    return {
      found: deploys.length > 0,
      count: deploys.length,
      latest: latest === undefined ? '' : `${latest.service} ${latest.version}`.trim(),
      latestAt: latest?.at ?? '',
      deploys: deploys.map(({ uid: _, ...row }) => row),
    };
  },
});

export const deploys: Connector = {
  manifest: {
    name: 'deploys',
    title: 'Deploys that this engine was told of',
    version: '1.0.0',
    capabilities: [find.manifest],
  },
  capabilities: { 'deploys.deploy.find': find },
  check: async () => ({ reach: 'untested', credential: 'none', canWrite: 'no', notes: [] }),
};

function storeOf({ ports }: CallContext): DeployStore {
  if (ports.deploys === null)
    throw new SallyportError('VENDOR_UNAVAILABLE', 'this process knows of no deploys');
  return ports.deploys;
}
