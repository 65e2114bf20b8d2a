import { spawn } from 'node:child_process';

export interface ServiceOptions {
  readonly command: readonly string[];
  readonly workingDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly identity?: { readonly uid: number; readonly gid: number } | null;
  /** True: it gets a process group of its own, as a terminal gives to what is typed there. */
  readonly ownGroup?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program of ours as a process of its own, which dies with this one at the latest. */
export interface ServiceProcess {
  readonly pid: number;
  /** Everything that it wrote so far. */
  said(): string;
  /** The first match in what it wrote or will write; rejects with its last words where it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
  /** To it alone, or to its whole group. */
  signal(name: NodeJS.Signals, to?: 'it' | 'group'): void;
  /** SIGTERM, unless it ended already; resolves with its end. */
  stop(): Promise<Ended>;
}

const wordsShown = 2_000;

export function startService(options: ServiceOptions): ServiceProcess {
  const [program = '', ...args] = options.command;
  const child = spawn(program, args, {
    ...options.identity,
    cwd: options.workingDir,
    env: { ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.ownGroup === true,
  });
  let text = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const leave = (): void => void child.kill('SIGKILL');
  process.once('exit', leave);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => process.removeListener('exit', leave));
  ended.catch(() => undefined);
  const send = (name: NodeJS.Signals, to: 'it' | 'group' = 'it'): void => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    process.kill(to === 'it' ? child.pid : -child.pid, name);
  };
  return {
    pid: child.pid ?? 0,
    said: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        ended.then(
          ({ code, signal }) =>
            reject(new Error(`it ended (${signal ?? code}): ${text.slice(-wordsShown)}`)),
          reject,
        );
      }),
    ended,
    signal: send,
    stop: () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return ended;
    },
  };
}
