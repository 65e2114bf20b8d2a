import type { EffectAnswer, GateAnswer, GateFileAnswer } from './answers.ts';
import { readFlags, usage } from './flags.ts';
import type { CliCommand, CliIo } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { checkedOrder, shortDigest, signedForm } from './order-view.ts';
import { printable, printableLines } from './printable.ts';
import type { Session } from './session.ts';
import { facts, table } from './table.ts';

export const gatesUsage = `sallyport gates [--state open|approved|denied|expired|void|all]
Gates that wait for a decision, and effects that are held because nobody but a person can tell what came of them.`;
export const gateUsage = `sallyport gate show ID [--no-reveal]
The exact order, its digest and its votes. For eligible approvers tokens are shown in the clear; each is recorded.`;

export function createGatesCommand(session: Session): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, { state: 'text' });
    const client = await session.client('approver', 'analyst');
    const { gates } = (await client.call(
      'GET',
      `/v1/gates?${new URLSearchParams({ state: flags.text('state') ?? 'open' })}`,
    )) as { gates: readonly GateAnswer[] };
    const { effects } = (await client.call('GET', '/v1/effects?state=held')) as {
      effects: readonly EffectAnswer[];
    };
    if (flags.has('json')) printJson(io, { gates, held: effects });
    else printGates(gates, effects, io);
    return exitCodes.done;
  };
}

function printGates(gates: readonly GateAnswer[], held: readonly EffectAnswer[], io: CliIo): void {
  if (gates.length === 0) printLine(io.stdout, 'no gates');
  else {
    io.stdout.write(
      table(gates, [
        { title: 'gate', charsMax: 28, cell: (row) => row.gateId },
        { title: 'state', charsMax: 8, cell: (row) => row.state },
        { title: 'capability', charsMax: 32, cell: (row) => row.capability },
        { title: 'target', charsMax: 48, cell: (row) => `${row.target.kind} ${row.target.id}` },
        { title: 'playbook', charsMax: 32, cell: (row) => row.playbook },
        { title: 'votes', charsMax: 8, cell: (row) => `${row.approvals} of ${row.quorum}` },
        { title: 'until', charsMax: 24, cell: (row) => row.expiresAt },
        { title: 'result', charsMax: 80, cell: (row) => resultOf(row) },
      ]),
    );
    printLine(io.stdout, 'read one with: sallyport gate show GATE');
  }
  if (held.length === 0) return;
  printLine(
    io.stdout,
    '\nheld effects, which a person must settle (sallyport effects settle KEY --outcome done|failed --reason …):',
  );
  io.stdout.write(heldTable(held));
}

/** What came of an approved order: an approval alone did nothing yet, and may have been refused. */
const resultOf = ({ result }: GateAnswer): string =>
  result === null ? '-' : `${result.state}${result.detail === '' ? '' : ` (${result.detail})`}`;

export function heldTable(held: readonly EffectAnswer[]): string {
  return table(held, [
    { title: 'key', charsMax: 80, cell: (row) => row.key },
    { title: 'state', charsMax: 8, cell: (row) => row.state },
    { title: 'capability', charsMax: 32, cell: (row) => row.capability },
    { title: 'on', charsMax: 24, cell: (row) => row.connection },
    { title: 'target', charsMax: 40, cell: (row) => row.target ?? '-' },
    { title: 'detail', charsMax: 80, cell: (row) => row.detail },
  ]);
}

export function createGateCommand(session: Session): CliCommand {
  return async ([verb, ...args], io) => {
    if (verb !== 'show') return usage(gateUsage);
    const flags = readFlags(args, { 'no-reveal': 'switch' });
    const client = await session.client('approver');
    const reveal = flags.has('no-reveal') ? 'no' : 'yes';
    const gate = (await client.call(
      'GET',
      `/v1/gates/${encodeURIComponent(flags.word(0, 'the gate'))}?reveal=${reveal}`,
    )) as GateFileAnswer;
    const order = checkedOrder(gate);
    if (flags.has('json')) printJson(io, gate);
    else {
      printHead(gate, io);
      // Everything that is signed, and nothing of it cut: an approver must be able to see all that runs.
      io.stdout.write(
        `\nthe order, exactly as it is signed:\n${printableLines(signedForm(order))}\n`,
      );
      printVotes(gate, io);
    }
    return exitCodes.done;
  };
}

function printHead(gate: GateFileAnswer, io: CliIo): void {
  const { order } = gate;
  const pairs = [
    ['gate', `${gate.gateId} ${gate.state}${gate.reason === '' ? '' : ` (${gate.reason})`}`],
    ['result', resultOf(gate)],
    ['incident', gate.incidentId],
    ['does', `${order.capability} on ${order.target.kind} ${order.target.id}`],
    ['at', `${order.connection.name} (${order.connection.connector}, ${order.connection.address})`],
    ['effect', order.effect],
    ['reach', order.reach],
    ['undo', order.undo === null ? 'none' : order.undo.capability],
    ['asked by', `${order.requester}, ${gate.playbook} by ${order.playbook.author}`],
    ['needs', `${order.rule.quorum} of ${order.rule.groups.join(', ')} (rule ${order.rule.id})`],
    ['may vote', gate.mayVote.join(', ')],
    ['until', gate.expiresAt],
    ['digest', `${gate.orderDigest}  (${shortDigest(gate.orderDigest)})`],
  ] as const;
  io.stdout.write(facts(pairs.map(([label, value]) => [label, printable(value)])));
  for (const [token, original] of Object.entries(gate.revealed ?? {}))
    printLine(io.stdout, `${printable(token)} is ${printable(original ?? '(no original kept)')}`);
}

function printVotes(gate: GateFileAnswer, io: CliIo): void {
  if (gate.votes.length > 0) printLine(io.stdout, '');
  for (const vote of gate.votes) {
    printLine(
      io.stdout,
      printable(
        `${vote.castAt} ${vote.approver} ${vote.decision}: ${vote.verdict}${vote.verdict === 'refused' ? ` (${vote.why})` : ''}. ${vote.reason}`,
      ),
    );
  }
  if (gate.state === 'open')
    printLine(
      io.stdout,
      `\ndecide with: sallyport approve|reject ${gate.gateId} --digest ${gate.orderDigest.slice(0, 12)} --reason …`,
    );
}
