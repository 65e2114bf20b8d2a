import type { EffectAnswer } from './answers.ts';
import { readFlags, usage } from './flags.ts';
import type { CliCommand } from './io.ts';
import { exitCodes, printJson, printLine } from './io.ts';
import { heldTable } from './gates.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

export const effectsUsage = `sallyport effects [--state held|unknown|intended|failed|refused|done]
sallyport effects settle KEY --outcome done|failed --reason TEXT
A held effect may or may not have happened, and its product cannot be asked: look there yourself, then say so.`;

export function createEffectsCommand(session: Session): CliCommand {
  return async (args, io) => {
    const flags = readFlags(args, { state: 'text', outcome: 'text', reason: 'text' });
    const [verb, key] = flags.words;
    if (verb === 'settle') {
      const path = `/v1/effects/${encodeURIComponent(key ?? usage('the key is missing'))}/settle`;
      const effect = (await (
        await session.client('approver')
      ).call('POST', path, {
        outcome: flags.need('outcome'),
        reason: flags.need('reason'),
      })) as EffectAnswer;
      if (flags.has('json')) printJson(io, effect);
      else
        printLine(
          io.stdout,
          printable(`${effect.capability} on ${effect.connection}: ${effect.state}`),
        );
      return exitCodes.done;
    }
    if (verb !== undefined) return usage(effectsUsage);
    const query = new URLSearchParams({ state: flags.text('state') ?? 'held' });
    const { effects } = (await (
      await session.client('analyst')
    ).call('GET', `/v1/effects?${query}`)) as { effects: readonly EffectAnswer[] };
    if (flags.has('json')) printJson(io, { effects });
    else if (effects.length === 0) printLine(io.stdout, 'none');
    else io.stdout.write(heldTable(effects));
    return exitCodes.done;
  };
}
