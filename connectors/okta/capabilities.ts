import { z } from 'zod';
import type { CapabilityManifest } from '../../domain/capability.ts';
import { defineCapability, type Capability, type Connector, type Settlement } from '../contract.ts';
import { reportCheck } from '../report.ts';
import { changeLifecycle, probeLifecycle, readUser } from './client.ts';

const text = z.string().max(512);
const target = z.strictObject({ login: z.string().min(1).max(256) });
const changed = z.strictObject({ userId: text, changed: z.boolean() });

const read = defineCapability({
  manifest: base('read', 'Read a user at Okta'),
  input: target,
  output: z.strictObject({
    userId: text,
    login: text,
    status: text,
    lastLogin: text,
    created: text,
    department: text,
    title: text,
    manager: text,
  }),
  call: async ({ login }, ctx) => {
    const { id, status, lastLogin, created, profile } = await readUser(ctx, login);
    return {
      userId: id,
      login: profile.login,
      status,
      lastLogin: lastLogin ?? '',
      created: created ?? '',
      department: profile.department ?? '',
      title: profile.title ?? '',
      manager: profile.manager ?? '',
    };
  },
});

const suspend = change({
  verb: 'suspend',
  undo: 'unsuspend',
  reached: 'SUSPENDED',
  title: 'Suspend a user at Okta',
  reach: 'One person is signed out of, and locked out of, every application behind Okta.',
});
const unsuspend = change({
  verb: 'unsuspend',
  undo: 'suspend',
  reached: 'ACTIVE',
  title: 'Lift the suspension of a user at Okta',
  reach: 'One person gets back into every application behind Okta, whoever holds the password.',
});

interface Change {
  readonly verb: 'suspend' | 'unsuspend';
  readonly undo: 'suspend' | 'unsuspend';
  readonly reached: string;
  readonly title: string;
  readonly reach: string;
}

function change({ verb, undo, reached, title, reach }: Change): Capability {
  return defineCapability({
    manifest: {
      ...base(verb, title),
      effect: 'disruptive',
      privilege: 'act',
      undo: `okta.user.${undo}`,
      precondition: { capability: 'okta.user.read', fields: ['userId', 'status'] },
      reach,
    },
    input: target,
    output: changed,
    call: async ({ login }, ctx) => {
      const user = await readUser(ctx, login);
      if (user.status === reached) return { userId: user.id, changed: false };
      await changeLifecycle(ctx, user.id, verb);
      return { userId: user.id, changed: true };
    },
    settle: async ({ login }, ctx): Promise<Settlement> => {
      const user = await readUser(ctx, login);
      return user.status === reached
        ? { kind: 'done', output: { userId: user.id, changed: true } }
        : { kind: 'absent' };
    },
  });
}

export const okta: Connector = {
  manifest: {
    name: 'okta',
    title: 'Okta',
    version: '1.0.0',
    capabilities: [read, suspend, unsuspend].map(({ manifest }) => manifest),
  },
  capabilities: {
    'okta.user.read': read,
    'okta.user.suspend': suspend,
    'okta.user.unsuspend': unsuspend,
  },
  check: async (ctx) =>
    reportCheck({
      read: () => readUser(ctx, 'sallyport-check-nobody'),
      probeWrite: () => probeLifecycle(ctx),
    }),
};

function base(verb: string, title: string): Omit<CapabilityManifest, 'input' | 'output'> {
  return {
    name: `okta.user.${verb}`,
    title,
    effect: 'read',
    privilege: 'lookup',
    target: { field: 'login', kind: 'user' },
    reveals: ['email'],
    undo: null,
    precondition: null,
    settle: 'by-state',
    reach: 'Reads one user.',
  };
}
