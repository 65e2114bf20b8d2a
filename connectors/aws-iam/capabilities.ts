import { z } from 'zod';
import type { CapabilityManifest } from '../../domain/capability.ts';
import { SallyportError } from '../../domain/errors.ts';
import {
  defineCapability,
  secretOf,
  type CallContext,
  type Capability,
  type Connector,
  type Settlement,
} from '../contract.ts';
import { reportCheck } from '../report.ts';
import { probeUpdate, readKey, setKeyStatus, type AccessKey } from './client.ts';

const text = z.string().max(256);
const target = z.strictObject({
  accessKeyId: z.string().regex(/^[A-Z0-9]{16,128}$/),
  userName: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\w+=,.@-]+$/)
    .optional(),
});
type Target = z.output<typeof target>;

const read = defineCapability({
  manifest: base('read', 'Read an access key at AWS IAM'),
  input: target,
  output: z.strictObject({
    accessKeyId: text,
    userName: text,
    status: text,
    created: text,
    lastUsed: text,
    lastUsedService: text,
    lastUsedRegion: text,
    otherKeys: z.int().min(0).max(10),
  }),
  call: async (input, ctx) => theKey(input, ctx),
});

const deactivate = change({
  verb: 'deactivate',
  undo: 'activate',
  status: 'Inactive',
  title: 'Deactivate an access key at AWS IAM',
  reach: 'Everything that signs its calls with this key fails at AWS from now on.',
});
const activate = change({
  verb: 'activate',
  undo: 'deactivate',
  status: 'Active',
  title: 'Activate an access key at AWS IAM',
  reach: 'Whoever holds this key can use it at AWS again.',
});

interface Change {
  readonly verb: 'deactivate' | 'activate';
  readonly undo: 'deactivate' | 'activate';
  readonly status: 'Active' | 'Inactive';
  readonly title: string;
  readonly reach: string;
}

function change({ verb, undo, status, title, reach }: Change): Capability {
  return defineCapability({
    manifest: {
      ...base(verb, title),
      effect: 'disruptive',
      privilege: 'act',
      undo: `aws-iam.key.${undo}`,
      precondition: {
        capability: 'aws-iam.key.read',
        fields: ['accessKeyId', 'userName', 'status'],
      },
      reach,
    },
    input: target,
    output: z.strictObject({ accessKeyId: text, userName: text, changed: z.boolean() }),
    call: async (input, ctx) => {
      const key = await theKey(input, ctx);
      if (key.status !== status) await setKeyStatus(ctx, key, status);
      return {
        accessKeyId: key.accessKeyId,
        userName: key.userName,
        changed: key.status !== status,
      };
    },
    settle: async (input, ctx): Promise<Settlement> => {
      const key = await theKey(input, ctx);
      if (key.status !== status) return { kind: 'absent' };
      return {
        kind: 'done',
        output: { accessKeyId: key.accessKeyId, userName: key.userName, changed: true },
      };
    },
  });
}

export const awsIam: Connector = {
  manifest: {
    name: 'aws-iam',
    title: 'AWS IAM access keys',
    version: '1.0.0',
    capabilities: [read, deactivate, activate].map(({ manifest }) => manifest),
  },
  capabilities: {
    'aws-iam.key.read': read,
    'aws-iam.key.deactivate': deactivate,
    'aws-iam.key.activate': activate,
  },
  check: async (ctx) =>
    reportCheck({
      read: () => readKey(ctx, secretOf(ctx.connection).split(':')[0] ?? ''),
      probeWrite: () => probeUpdate(ctx),
    }),
};

function base(verb: string, title: string): Omit<CapabilityManifest, 'input' | 'output'> {
  return {
    name: `aws-iam.key.${verb}`,
    title,
    effect: 'read',
    privilege: 'lookup',
    target: { field: 'accessKeyId', kind: 'access-key' },
    reveals: ['aws-access-key-id'],
    undo: null,
    precondition: null,
    settle: 'by-state',
    reach: 'Reads one access key.',
  };
}

/** IAM says whose key it is; an owner that the input names must be the same. */
async function theKey({ accessKeyId, userName }: Target, ctx: CallContext): Promise<AccessKey> {
  const key = await readKey(ctx, accessKeyId);
  if (userName !== undefined && key.userName !== userName)
    throw new SallyportError('CONFLICT', 'the access key belongs to another user');
  return key;
}
