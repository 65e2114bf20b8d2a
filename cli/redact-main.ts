import { randomBytes } from 'node:crypto';
import { createRedactor } from '../redaction/redact.ts';
import { redactCommand } from './redact.ts';

// `sallyport redact` without an engine: tokens are made with a key of this process, so they correlate within one call only.
const redactor = createRedactor({
  tokenKeys: { current: 'once', keys: { once: randomBytes(32) } },
});
process.exitCode = await redactCommand(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  redactor,
});
