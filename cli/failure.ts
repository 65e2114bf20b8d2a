import type { ErrorCode } from '../domain/errors.ts';
import { errorTable, SallyportError } from '../domain/errors.ts';
import type { CliIo } from './io.ts';
import { exitCodes, printLine } from './io.ts';
import { printable, printableLines } from './printable.ts';

/** Says what went wrong and what to do about it, on standard error, and answers with the exit code. */
export function reportFailure(error: unknown, io: CliIo): number {
  if (!(error instanceof SallyportError)) {
    printLine(
      io.stderr,
      `sallyport: ${printable(error instanceof Error ? error.message : 'something went wrong')}`,
    );
    return exitCodes.unavailable;
  }
  const exitCode = exitCodeOf(error.code);
  io.stderr.write(`sallyport: ${printableLines(error.message)}\n`);
  if (exitCode !== exitCodes.usage && exitCode !== exitCodes.unavailable)
    printLine(io.stderr, `${error.code}: ${errorTable[error.code].action}`);
  return exitCode;
}

function exitCodeOf(code: ErrorCode): number {
  if (code === 'VOTE_REFUSED') return exitCodes.refused;
  if (code === 'REQUEST_INVALID') return exitCodes.usage;
  switch (errorTable[code].family) {
    case 'invalid':
    case 'conflict':
    case 'unknown-outcome':
      return exitCodes.refused;
    case 'denied':
    case 'absent':
      return exitCodes.denied;
    case 'throttled':
    case 'unavailable':
    case 'broken':
      return exitCodes.unavailable;
  }
}
