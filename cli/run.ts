import { readFlags } from './flags.ts';
import type { CliCommand } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

export const runUsage = `sallyport run PLAYBOOK --incident ID [--rehearse]
Whoever asks is the requester, and cannot approve what it asks for. --rehearse has no effects.`;

export function createRunCommand(session: Session): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, { incident: 'text', rehearse: 'switch' });
    const body = {
      playbook: flags.word(0, 'the playbook'),
      incident: flags.need('incident'),
      rehearse: flags.has('rehearse'),
    };
    const answer = (await (await session.client('analyst')).call('POST', '/v1/runs', body)) as {
      incident: { number: number };
      playbook: string;
      version: number;
    };
    if (flags.has('json')) printJson(io, answer);
    else
      printLine(
        io.stdout,
        printable(
          `${answer.playbook}@${answer.version} was asked for on #${answer.incident.number}; see: sallyport incident show ${answer.incident.number}`,
        ),
      );
    return exitCodes.done;
  };
}
