import type { StopAnswer } from './answers.ts';
import { readFlags } from './flags.ts';
import type { CliCommand } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

export const stopUsage = `sallyport stop SCOPE --reason TEXT
sallyport resume SCOPE --reason TEXT
sallyport stops
SCOPE is all, actions, tickets, connector:NAME or playbook:NAME. It counts before the next effect.`;

export function createStopCommand(session: Session, verb: 'stop' | 'resume'): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, { reason: 'text' });
    const scope = flags.word(0, 'the scope');
    const answer = (await (
      await session.client('approver')
    ).call('POST', `/v1/${verb}`, { scope, reason: flags.need('reason') })) as {
      changed: boolean;
      stops: readonly StopAnswer[];
    };
    if (flags.has('json')) printJson(io, answer);
    else
      printLine(
        io.stdout,
        printable(
          `${scope} ${answer.changed ? (verb === 'stop' ? 'is stopped' : 'runs again') : 'was so already'}; stopped now: ${namesOf(answer.stops)}`,
        ),
      );
    return exitCodes.done;
  };
}

export function createStopsCommand(session: Session): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, {});
    const answer = (await (await session.client('analyst')).call('GET', '/v1/stops')) as {
      stops: readonly StopAnswer[];
    };
    if (flags.has('json')) printJson(io, answer);
    else if (answer.stops.length === 0) printLine(io.stdout, 'nothing is stopped');
    else
      for (const stop of answer.stops)
        printLine(
          io.stdout,
          printable(`${stop.scope}  since ${stop.changedAt} by ${stop.actor}: ${stop.reason}`),
        );
    return exitCodes.done;
  };
}

const namesOf = (stops: readonly StopAnswer[]): string =>
  stops.length === 0 ? 'nothing' : stops.map((stop) => stop.scope).join(', ');
