/**
 * The first thing that runs: `node bootstrap/main.mjs start | test | check | prepare | cli …`. Plain JavaScript for
 * Node 20 with nothing installed. It prepares what is missing and hands over to the pinned Node 24.
 */
import { stopChildren } from './child.mjs';
import { handOver } from './hand-over.mjs';
import { needsOf } from './needs.mjs';
import { prepare } from './prepare.mjs';
import { Problem } from './problem.mjs';
import { programs } from './programs.mjs';
import { say } from './say.mjs';

async function main([command = '', ...args]) {
  if (command !== 'prepare' && !Object.hasOwn(programs, command)) {
    throw new Problem(
      `unknown command "${command}"`,
      `Use one of: prepare, ${Object.keys(programs).join(', ')}.`,
    );
  }
  stopOnSignal();
  const { node, env } = await prepare(needsOf(command, args, process.env));
  if (command === 'prepare') return 0;
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
  return handOver(node, programs[command](args), env);
}

/** Locks left behind are taken over, temporary files are never read: stopping half-way harms nothing. */
function stopOnSignal() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.on(signal, () => {
      stopChildren();
      process.exit(code);
    });
  }
}

function report(error) {
  if (!(error instanceof Problem)) {
    say(`cannot go on: ${error?.stack ?? error}`);
    return;
  }
  if (error.output !== '') process.stderr.write(`${error.output.trimEnd()}\n`);
  say(`cannot go on: ${error.message}.`);
  say(error.remedy);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error);
  process.exitCode = 1;
}
