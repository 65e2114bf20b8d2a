import type { CliCommand } from './io.ts';
import { restoringVerbs } from './restoring-verbs.ts';
import type { Session } from './session.ts';

/** One verb: its module is loaded only when it is asked for, so that each starts fast and none needs another's parts. */
export interface Verb {
  readonly group: 'engine' | 'incidents' | 'approvals' | 'ledger' | 'offline';
  readonly summary: string;
  /** It reads all flags itself, those for the engine's address too. */
  readonly ownFlags?: true;
  load(session: Session): Promise<LoadedVerb>;
}

export interface LoadedVerb {
  readonly usage: string;
  readonly command: CliCommand;
}

const startUsage =
  'sallyport start [--once] [--no-samples] [--verbose] [--data DIR] [--config FILE]\nRuns everything in the foreground until Ctrl-C. --once plays the story, checks it and ends.';
const serveUsage =
  'sallyport serve --role NAME [--config FILE]\nRuns one part of the engine beside your PostgreSQL and Temporal.';

export const verbs: Readonly<Record<string, Verb>> = {
  start: {
    group: 'engine',
    summary: 'start the embedded engine',
    ownFlags: true,
    load: async () => ({
      usage: startUsage,
      command: (await import('../server/embedded.ts')).startEmbedded,
    }),
  },
  serve: {
    group: 'engine',
    summary: 'run one part of the engine',
    ownFlags: true,
    load: async () => ({ usage: serveUsage, command: (await import('../server/serve.ts')).serve }),
  },
  ...restoringVerbs,
  incident: {
    group: 'incidents',
    summary: 'list, show, new, ack, assign, close, note …',
    load: async (session) =>
      import('./incident.ts').then((it) => ({
        usage: it.incidentUsage,
        command: it.createIncidentCommand(session),
      })),
  },
  run: {
    group: 'incidents',
    summary: 'run a playbook on an incident',
    load: async (session) =>
      import('./run.ts').then((it) => ({
        usage: it.runUsage,
        command: it.createRunCommand(session),
      })),
  },
  explain: {
    group: 'incidents',
    summary: 'why triage decided as it did',
    load: async (session) =>
      import('./explain.ts').then((it) => ({
        usage: it.explainUsage,
        command: lazily(() => session.client('analyst'), it.createExplainCommand),
      })),
  },
  quiet: {
    group: 'incidents',
    summary: 'suppressions and maintenance windows',
    load: async (session) =>
      import('./quiet.ts').then((it) => ({
        usage: it.quietUsage,
        command: it.createQuietCommand(session),
      })),
  },
  tickets: {
    group: 'incidents',
    summary: 'the local ticket board',
    load: async (session) =>
      import('./tickets.ts').then((it) => ({
        usage: it.ticketsUsage,
        command: it.createTicketsCommand(session),
      })),
  },
  gates: {
    group: 'approvals',
    summary: 'what waits for a decision',
    load: async (session) =>
      import('./gates.ts').then((it) => ({
        usage: it.gatesUsage,
        command: it.createGatesCommand(session),
      })),
  },
  gate: {
    group: 'approvals',
    summary: 'show: the exact order behind a gate',
    load: async (session) =>
      import('./gates.ts').then((it) => ({
        usage: it.gateUsage,
        command: it.createGateCommand(session),
      })),
  },
  approve: { group: 'approvals', summary: 'sign for an order', load: voteVerb('approve') },
  reject: { group: 'approvals', summary: 'sign against an order', load: voteVerb('reject') },
  undo: { group: 'approvals', summary: 'take back what an order did', load: voteVerb('undo') },
  approver: {
    group: 'approvals',
    summary: 'keygen, add, revoke, list',
    load: async (session) =>
      import('./approver.ts').then((it) => ({
        usage: it.approverUsage,
        command: it.createApproverCommand(session),
      })),
  },
  reveal: {
    group: 'approvals',
    summary: 'what a token stands for',
    load: async (session) =>
      import('./reveal.ts').then((it) => ({
        usage: it.revealUsage,
        command: it.createRevealCommand(session),
      })),
  },
  effects: {
    group: 'approvals',
    summary: 'held effects, and settle',
    load: async (session) =>
      import('./effects.ts').then((it) => ({
        usage: it.effectsUsage,
        command: it.createEffectsCommand(session),
      })),
  },
  stop: {
    group: 'approvals',
    summary: 'stop effects: all, actions, tickets, one name',
    load: stopVerb('stop'),
  },
  resume: { group: 'approvals', summary: 'let them run again', load: stopVerb('resume') },
  stops: {
    group: 'approvals',
    summary: 'what is stopped',
    load: async (session) =>
      import('./stop.ts').then((it) => ({
        usage: it.stopUsage,
        command: it.createStopsCommand(session),
      })),
  },
  history: {
    group: 'ledger',
    summary: 'what happened to an incident',
    load: async (session) =>
      import('./history.ts').then((it) => ({
        usage: it.historyUsage,
        command: lazily(() => session.client('auditor', 'analyst'), it.createHistoryCommand),
      })),
  },
  audit: {
    group: 'ledger',
    summary: 'query, export, checkpoint',
    load: async (session) =>
      import('./audit.ts').then((it) => ({
        usage: it.auditUsage,
        command: lazily(() => session.client('auditor'), it.createAuditCommand),
      })),
  },
  verify: {
    group: 'ledger',
    summary: 'check a log or an export offline',
    load: async () =>
      import('./verify.ts').then((it) => ({ usage: it.verifyUsage, command: it.verifyCommand })),
  },
  playbook: {
    group: 'offline',
    summary: 'check, rehearse',
    load: async () =>
      import('./playbook.ts').then((it) => ({
        usage: 'sallyport playbook check|rehearse [FILE…|DIR]',
        command: it.playbookCommand,
      })),
  },
  connection: {
    group: 'offline',
    summary: 'check reach and credential of connections',
    ownFlags: true,
    load: async () =>
      import('./connection.ts').then((it) => ({
        usage: it.connectionUsage,
        command: it.connectionCommand,
      })),
  },
  redact: {
    group: 'offline',
    summary: 'what redaction makes of a file',
    ownFlags: true,
    load: async () =>
      import('./redact-verb.ts').then((it) => ({ usage: it.redactUsage, command: it.redactVerb })),
  },
  intake: {
    group: 'offline',
    summary: 'try a file, list rejects, replay what was kept',
    load: async (session) =>
      import('./intake.ts').then((it) => ({
        usage: it.intakeUsage,
        command: it.createIntakeCommand((role) => session.client(role)),
      })),
  },
};

/** The client is made when the command runs, not when its help is shown. */
function lazily<Api>(connect: () => Promise<Api>, create: (api: Api) => CliCommand): CliCommand {
  return async (args, io) => create(await connect())(args, io);
}

function voteVerb(decision: 'approve' | 'reject' | 'undo'): Verb['load'] {
  return async (session) =>
    import('./vote.ts').then((it) => ({
      usage: it.voteUsage,
      command: it.createVoteCommand(session, decision),
    }));
}

function stopVerb(verb: 'stop' | 'resume'): Verb['load'] {
  return async (session) =>
    import('./stop.ts').then((it) => ({
      usage: it.stopUsage,
      command: it.createStopCommand(session, verb),
    }));
}
