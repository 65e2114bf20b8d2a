import { SallyportError } from '../domain/errors.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Database, Sql } from './database.ts';
import type { Judge } from './vote-rulings.ts';
import { decideAndRecord } from './votes.ts';

/** The waiting execution has answered to the vote, or is gone for good. */
export async function markDelivered(sql: Sql, voteId: string, clock: Clock): Promise<void> {
  await sql.query('update votes set delivered_at = $2 where id = $1 and delivered_at is null', [
    voteId,
    isoTime(clock.nowMs()),
  ]);
}

const columns = `v.id as "voteId", v.gate_id as "gateId", g.workflow_id as "workflowId", g.run_key as "runKey", v.decision, v.cast_at as "castAt"`;

/** NOT_FOUND. */
export async function loadDelivery(sql: Sql, voteId: string): Promise<UndeliveredVote> {
  const [row] = await sql.query<UndeliveredVote>(
    `select ${columns} from votes v join gates g on g.id = v.gate_id where v.id = $1`,
    [voteId],
  );
  if (row === undefined) throw new SallyportError('NOT_FOUND', 'no such vote');
  return row;
}

/**
 * Votes that were kept `olderThanMs` ago, or in a future that a clock which was set back has yet to reach, and that no
 * execution has answered to. The oldest first, at most 100.
 */
export async function undeliveredVotes(
  sql: Sql,
  options: { readonly clock: Clock; readonly olderThanMs: number },
): Promise<readonly UndeliveredVote[]> {
  return sql.query<UndeliveredVote>(
    `select ${columns} from votes v join gates g on g.id = v.gate_id
      where v.delivered_at is null and (v.cast_at <= $1 or v.cast_at > $2) order by v.cast_at limit 100`,
    [
      isoTime(options.clock.nowMs() - options.olderThanMs),
      isoTime(options.clock.nowMs() + clockStepMs),
    ],
  );
}

/** Further ahead than this no clock of ours runs. */
const clockStepMs = 60_000;

export interface UndeliveredVote {
  readonly voteId: string;
  readonly gateId: string;
  /** The execution that opened the gate; the run may have moved since. */
  readonly workflowId: string;
  readonly runKey: string;
  /** An `undo` is judged by the API itself; no execution waits for it. */
  readonly decision: 'approve' | 'reject' | 'undo';
  readonly castAt: Date;
}

/** Brings a vote to the execution that waits at its gate; `gone` where there is none any more. Throws when it may be tried again. */
export type DeliverVote = (vote: UndeliveredVote) => Promise<'delivered' | 'gone'>;

export interface VoteSweep {
  readonly db: Database;
  readonly judge: Judge;
  readonly olderThanMs: number;
  readonly deliver: DeliverVote;
}

/**
 * Delivers what was kept and never arrived, because the API died in between. A vote that nobody waits for is judged
 * here, so that it has a verdict and an entry. One vote that cannot be delivered now does not hold up the others: it
 * comes with the next sweep, and what went wrong is in the answer.
 */
export async function sweepVotes({
  db,
  judge,
  olderThanMs,
  deliver,
}: VoteSweep): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const vote of await undeliveredVotes(db, { clock: judge.clock, olderThanMs })) {
    try {
      const answer = vote.decision === 'undo' ? 'gone' : await deliver(vote);
      if (answer === 'gone') await db.transaction((tx) => decideAndRecord(tx, vote.voteId, judge));
      await markDelivered(db, vote.voteId, judge.clock);
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}
