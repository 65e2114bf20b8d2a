import { randomBytes } from 'node:crypto';
import type { VotePayload } from '../domain/vote.ts';
import { isoTime } from '../platform/clock.ts';
import { reasonDigest, signVote } from '../platform/signature.ts';
import type { GateFileAnswer, VoteAnswer } from './answers.ts';
import { readFlags, usage } from './flags.ts';
import type { CliCommand } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { checkedOrder, shortDigest } from './order-view.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

export const voteUsage = `sallyport approve|reject GATE --reason TEXT [--digest DIGITS] [--as NAME --key FILE]
sallyport undo GATE --reason TEXT [--as NAME --key FILE]
Signs with your own key, on this machine, exactly the order that \`gate show\` prints. --digest: refuse to sign unless the
order's digest begins with these digits. undo: take back what the gate's order did, as the order itself says.`;

const nonceBytes = 16;

/** `approve`, `reject` and `undo`: one signed vote each. */
export function createVoteCommand(session: Session, decision: VotePayload['decision']): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, { reason: 'text', digest: 'text', key: 'text' });
    const gateId = flags.word(0, 'the gate');
    const reason = flags.need('reason');
    const { client, approver, key } = await session.voter(flags.text('key') ?? null);
    const gate = (await client.call(
      'GET',
      `/v1/gates/${encodeURIComponent(gateId)}`,
    )) as GateFileAnswer;
    const order = checkedOrder(gate);
    const expected = (flags.text('digest') ?? '').replaceAll(' ', '').toLowerCase();
    if (!gate.orderDigest.startsWith(expected))
      usage(
        `the order's digest begins with ${shortDigest(gate.orderDigest)}, not with what --digest says; read it again with \`sallyport gate show\``,
      );
    if (!flags.has('json'))
      printLine(
        io.stderr,
        printable(
          `${decision} ${order.capability} on ${order.target.kind} ${order.target.id}, digest ${shortDigest(gate.orderDigest)}, as ${approver}`,
        ),
      );
    const nonce = randomBytes(nonceBytes).toString('base64url');
    const payload: VotePayload = {
      gateId: gate.gateId,
      orderDigest: gate.orderDigest,
      decision,
      reasonDigest: reasonDigest(nonce, reason),
      approver,
      keyId: key.keyId,
      time: isoTime(io.clock.nowMs()),
      nonce,
    };
    const path = `/v1/gates/${encodeURIComponent(gate.gateId)}/${decision === 'undo' ? 'undo' : 'votes'}`;
    const answer = (await client.call('POST', path, {
      ...signVote(payload, key),
      reason,
    })) as VoteAnswer;
    if (flags.has('json')) printJson(io, answer);
    else
      printLine(
        io.stdout,
        printable(
          answer.verdict === 'pending'
            ? `kept as ${answer.voteId}; ${answer.why}`
            : `counted: ${answer.why}; the gate is ${answer.gate?.state ?? 'open'}`,
        ),
      );
    return exitCodes.done;
  };
}
