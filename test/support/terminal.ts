import { Buffer } from 'node:buffer';
import type { CliIo } from '../../cli/io.ts';
import { dispatch } from '../../cli/dispatch.ts';
import type { Clock } from '../../platform/clock.ts';

export interface Terminal {
  /** Runs one command line and answers with what it printed. */
  run(
    ...argv: readonly string[]
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
}

export function terminal(options: {
  readonly clock: Clock;
  readonly workingDir: string;
  readonly stdin?: string;
}): Terminal {
  return {
    run: async (...argv) => {
      let out = '';
      let err = '';
      const io: CliIo = {
        stdout: { write: (text) => void (out += text), isTerminal: false },
        stderr: { write: (text) => void (err += text), isTerminal: false },
        stdin: { read: async () => Buffer.from(options.stdin ?? ''), isTerminal: false },
        clock: options.clock,
        workingDir: options.workingDir,
      };
      const code = await dispatch(argv, io);
      return { code, out, err };
    },
  };
}
