import { z } from 'zod';
import type { CapabilityManifest } from '../../domain/capability.ts';
import { SallyportError } from '../../domain/errors.ts';
import {
  defineCapability,
  type CallContext,
  type Capability,
  type Connector,
  type Settlement,
} from '../contract.ts';
import { reportCheck } from '../report.ts';
import { actOnDevice, findDevices, probeWriteScope, readDevices } from './client.ts';
import type { FalconDevice } from './responses.schema.ts';
import { lookupManifest } from '../lookup-manifest.ts';

const hostName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._-]+$/);
const deviceId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9]+$/);
const text = z.string().max(1_024);
const tags = z.array(text).max(200);

const device = z.strictObject({
  deviceId: text,
  host: text,
  status: text,
  platform: text,
  os: text,
  lastSeen: text,
  localIp: text,
  externalIp: text,
  groups: tags,
  tags,
});
const targetInput = z.strictObject({ host: hostName, deviceId: deviceId.optional() });
const changeOutput = z.strictObject({ deviceId: text, host: text, changed: z.boolean() });
type TargetInput = z.output<typeof targetInput>;

const read = defineCapability({
  manifest: {
    ...base('read', 'Read a host at CrowdStrike Falcon'),
    target: { field: 'host', kind: 'host' },
  },
  input: targetInput,
  output: device,
  call: async (input, ctx) => toDevice(await theDevice(input, ctx)),
});

const find = defineCapability({
  manifest: base('find', 'Find hosts by name at CrowdStrike Falcon'),
  input: z.strictObject({ host: hostName }),
  output: z.strictObject({
    found: z.boolean(),
    count: z.number().int().min(0).max(100),
    hosts: z.array(device).max(20),
  }),
  call: async ({ host }, ctx) => {
    const hosts = (await findDevices(ctx, host)).map(toDevice);
    return { found: hosts.length > 0, count: hosts.length, hosts };
  },
});

const contain = change({
  verb: 'contain',
  undo: 'lift',
  action: 'contain',
  title: 'Cut a host off the network with CrowdStrike Falcon',
  reach:
    'One host loses every network connection but the one to Falcon; whoever works on it, and every service on it, is interrupted.',
  reached: ['contained', 'containment_pending'],
});
const lift = change({
  verb: 'lift',
  undo: 'contain',
  action: 'lift_containment',
  title: 'Give a host its network back with CrowdStrike Falcon',
  reach: 'One host gets its network back, with whatever runs on it.',
  reached: ['normal', 'lift_containment_pending'],
});

interface Change {
  readonly verb: 'contain' | 'lift';
  readonly undo: 'contain' | 'lift';
  readonly action: 'contain' | 'lift_containment';
  readonly title: string;
  readonly reach: string;
  /** Device states in which nothing is left to do. */
  readonly reached: readonly string[];
}

function change({ verb, undo, action, title, reach, reached }: Change): Capability {
  return defineCapability({
    manifest: {
      ...base(verb, title),
      effect: 'disruptive',
      privilege: 'act',
      target: { field: 'host', kind: 'host' },
      undo: `crowdstrike.host.${undo}`,
      precondition: { capability: 'crowdstrike.host.read', fields: ['deviceId', 'host', 'status'] },
      reach,
    },
    input: targetInput,
    output: changeOutput,
    call: async (input, ctx) => {
      const found = await theDevice(input, ctx);
      const output = { deviceId: found.device_id, host: found.hostname ?? '' };
      if (reached.includes(found.status ?? '')) return { ...output, changed: false };
      await actOnDevice(ctx, action, found.device_id);
      return { ...output, changed: true };
    },
    settle: async (input, ctx): Promise<Settlement> => {
      const found = await theDevice(input, ctx);
      if (!reached.includes(found.status ?? '')) return { kind: 'absent' };
      return {
        kind: 'done',
        output: { deviceId: found.device_id, host: found.hostname ?? '', changed: true },
      };
    },
  });
}

export const crowdstrike: Connector = {
  manifest: {
    name: 'crowdstrike',
    title: 'CrowdStrike Falcon',
    version: '1.0.0',
    capabilities: [find, read, contain, lift].map(({ manifest }) => manifest),
  },
  capabilities: {
    'crowdstrike.host.find': find,
    'crowdstrike.host.read': read,
    'crowdstrike.host.contain': contain,
    'crowdstrike.host.lift': lift,
  },
  check: async (ctx) =>
    reportCheck({
      read: () => findDevices(ctx, 'sallyport-check'),
      probeWrite: () => probeWriteScope(ctx),
    }),
};

function base(verb: string, title: string): Omit<CapabilityManifest, 'input' | 'output'> {
  return lookupManifest({
    name: `crowdstrike.host.${verb}`,
    title,
    reach: 'Reads the state of hosts.',
  });
}

/** SECURITY: exactly one device, or none is touched: a name that two devices bear is a `CONFLICT`, not a guess. */
async function theDevice(
  { host, deviceId: wanted }: TargetInput,
  ctx: CallContext,
): Promise<FalconDevice> {
  const found =
    wanted === undefined ? await findDevices(ctx, host) : await readDevices(ctx, [wanted]);
  const named = found.filter(
    ({ hostname, device_id: id }) =>
      hostname?.toLowerCase() === host.toLowerCase() && (wanted === undefined || id === wanted),
  );
  const [only, second] = named;
  if (second !== undefined)
    throw new SallyportError(
      'CONFLICT',
      'Falcon knows several devices of that name; give deviceId',
    );
  if (only === undefined) throw new SallyportError('TARGET_ABSENT', 'Falcon knows no such device');
  return only;
}

function toDevice(found: FalconDevice): z.output<typeof device> {
  return {
    deviceId: found.device_id,
    host: found.hostname ?? '',
    status: found.status ?? '',
    platform: found.platform_name ?? '',
    os: found.os_version ?? '',
    lastSeen: found.last_seen ?? '',
    localIp: found.local_ip ?? '',
    externalIp: found.external_ip ?? '',
    groups: found.groups ?? [],
    tags: found.tags ?? [],
  };
}
