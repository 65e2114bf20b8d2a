import type {
  BatchReport,
  EffectItem,
  GateItem,
  GateMessages,
  LookupItem,
  VoteJudgement,
} from '../../activities/contract.ts';
import type { Outcome, RunReport } from '../../domain/run.types.ts';
import type { SignedVote } from '../../domain/vote.ts';

export const approved: VoteJudgement = {
  gateId: 'gat_1',
  verdict: 'counted',
  why: '',
  gate: { state: 'approved' },
};

/** A small world behind the activities: what was asked of it, and how it answers. */
export const world = {
  lookups: [] as LookupItem[][],
  effects: [] as EffectItem[][],
  gates: [] as GateItem[],
  batches: [] as BatchReport[],
  reports: [] as RunReport[],
  voided: [] as string[],
  tell: {} as { tell?: GateMessages },
  lookUp: (_item: LookupItem): Outcome => ({ kind: 'ok', output: { criticality: 'crown' } }),
  effect: (_item: EffectItem): Outcome => ({ kind: 'ok', output: { ticketId: '1' } }),
  judge: (_voteId: string): VoteJudgement | Promise<VoteJudgement> => approved,
  ended: (_report: RunReport): Promise<void> => Promise.resolve(),
};
const fresh = { ...world };

const execute = {
  executeMany: (items: readonly EffectItem[]): Promise<Outcome[]> => {
    world.effects.push([...items]);
    return Promise.resolve(items.map(world.effect));
  },
};
export const activities = {
  lookup: {
    lookupMany: (items: readonly LookupItem[]): Promise<Outcome[]> => {
      world.lookups.push([...items]);
      return Promise.resolve(items.map(world.lookUp));
    },
  },
  ticket: execute,
  notify: execute,
  act: {
    ...execute,
    openGate: (item: GateItem) => {
      world.gates.push(item);
      return Promise.resolve({
        kind: 'opened',
        gateId: 'gat_1',
        orderDigest: 'o'.repeat(64),
        state: 'open',
        detail: '',
        expiresAtMs: Date.now() + 3_600_000,
        ...world.tell,
      } as const);
    },
  },
  record: {
    settleBatch: (report: BatchReport) => Promise.resolve(void world.batches.push(report)),
    recordRun: (report: RunReport) => {
      world.reports.push(report);
      return report.status === 'done' ? world.ended(report) : Promise.resolve();
    },
    judgeVote: async ({ voteId }: { voteId: string }) => world.judge(voteId),
    castVote: async ({ payload }: SignedVote) => ({
      voteId: payload.nonce,
      ...(await world.judge(payload.nonce)),
    }),
    expireGate: () => Promise.resolve({ state: 'expired', detail: '' } as const),
    remindGate: () => Promise.resolve(undefined),
    voidGate: ({ gateId }: { gateId: string }) => Promise.resolve(void world.voided.push(gateId)),
  },
};

/** Nothing was asked yet, and every answer is what it is by default. */
export function beginAnew(): void {
  Object.assign(world, fresh, {
    lookups: [],
    effects: [],
    gates: [],
    batches: [],
    reports: [],
    voided: [],
  });
}
