import { readFlags } from './flags.ts';
import type { CliCommand } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

export const recoverUsage = `sallyport recover --reason TEXT
Goes on from a database that is an older copy: decisions that were open become void, what runs is begun again, every
effect is looked up before it is done, the ledger goes on under a new name, and actions wait for: sallyport resume actions`;

interface RecoverAnswer {
  readonly timeline: number;
  readonly origin: string;
  readonly gatesVoided: number;
  readonly warrantsVoided: number;
  readonly entriesLost: number | null;
}

export function createRecoverCommand(session: Session): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, { reason: 'text' });
    const reason = flags.need('reason');
    const answer = (await (
      await session.client('admin')
    ).call('POST', '/v1/recover', { reason })) as RecoverAnswer;
    if (flags.has('json')) printJson(io, answer);
    else for (const line of linesOf(answer)) printLine(io.stdout, printable(line));
    return exitCodes.done;
  };
}

function linesOf(answer: RecoverAnswer): readonly string[] {
  const lost =
    answer.entriesLost === null
      ? 'no checkpoint was kept outside, so nobody can say how much was lost'
      : `${answer.entriesLost} ledger entries were lost with the newer database; their files are kept`;
  return [
    `recovered: the ledger goes on as ${answer.origin}`,
    lost,
    `${answer.gatesVoided} gates and ${answer.warrantsVoided} warrants are void; people are asked anew`,
    'actions are stopped; once you know what was lost: sallyport resume actions --reason TEXT',
  ];
}
