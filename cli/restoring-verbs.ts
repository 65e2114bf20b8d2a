import type { Verb } from './verbs.ts';

const backupUsage =
  'sallyport backup --to FOLDER [--data DIR] [--config FILE]\nCopies the database as of one moment, and the logs that recoveries ended. The engine may run. Keys are named, not copied.';
const restoreUsage =
  'sallyport restore FOLDER [--data DIR] [--config FILE] [--without-keys]\nPuts a copy in the place of the embedded database (which is kept under another name), or into your empty one. The engine must be stopped.';

/** Copies of what the engine knows, and what follows when one is put back. */
export const restoringVerbs: Readonly<Record<string, Verb>> = {
  backup: {
    group: 'engine',
    summary: 'copy what the engine knows, without its keys',
    ownFlags: true,
    load: async () => ({
      usage: backupUsage,
      command: (await import('../server/backup.ts')).backup,
    }),
  },
  restore: {
    group: 'engine',
    summary: 'put a copy in the place of the database',
    ownFlags: true,
    load: async () => ({
      usage: restoreUsage,
      command: (await import('../server/restore.ts')).restore,
    }),
  },
  recover: {
    group: 'engine',
    summary: 'go on from a database that is an older copy',
    load: async (session) =>
      import('./recover.ts').then((it) => ({
        usage: it.recoverUsage,
        command: it.createRecoverCommand(session),
      })),
  },
};
