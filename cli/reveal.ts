import { readFlags } from './flags.ts';
import type { CliCommand } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

export const revealUsage =
  "sallyport reveal '<kind:key.token>' --reason TEXT\nShows what a token stands for. It is recorded, with your name and the reason.";

export function createRevealCommand(session: Session): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, { reason: 'text' });
    const body = { token: flags.word(0, 'the token'), reason: flags.need('reason') };
    const answer = (await (await session.client('approver')).call('POST', '/v1/reveal', body)) as {
      original: string;
    };
    if (flags.has('json')) printJson(io, answer);
    else printLine(io.stdout, printable(answer.original));
    return exitCodes.done;
  };
}
