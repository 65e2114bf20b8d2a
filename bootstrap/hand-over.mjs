import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { packages } from './checkout.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

/** Runs the program in our place: same terminal, same signals, same exit code. */
export function handOver(node, args, env) {
  const path = [join(packages, '.bin'), process.env.PATH].filter(Boolean).join(delimiter);
  const child = spawn(node.program, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env, PATH: path },
  });
  // A terminal's Ctrl-C reaches the child by itself as well: it must take a second signal shortly after as the same one.
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
