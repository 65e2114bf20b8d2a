import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

export interface GuardedCommand {
  readonly command: readonly string[];
  /** The working directory, which is removed with the process. */
  readonly dir: string;
  readonly signal: 'QUIT' | 'KILL';
  readonly identity?: { readonly uid: number; readonly gid: number } | null;
  readonly env?: Readonly<Record<string, string>>;
}

/** Our end of the shell's stdin closes when we die, even by SIGKILL; then it ends the command and removes its files. */
const script = `dir="$1"; signal="$2"; shift 2; exec 3<&0; "$@" </dev/null 3<&- & pid=$!
(cat <&3; while kill -$signal $pid; do sleep 0.05; done; rm -rf "$dir") >/dev/null 2>&1 & wait $pid`;

/** A process that cannot outlive this one, however this one ends. */
export function spawnGuarded(options: GuardedCommand): ChildProcess {
  const child = spawn('sh', ['-c', script, 'sh', options.dir, options.signal, ...options.command], {
    ...options.identity,
    cwd: options.dir,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin?.on('error', () => undefined);
  return child;
}

/** Once it is ready, it must not keep a test process alive that has nothing else to do. */
export function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr])
    if (stream instanceof Socket) stream.unref();
}

export async function endGuarded(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.ref();
  child.stdin?.end();
  await gone;
}
