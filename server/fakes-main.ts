import { parseArgs } from 'node:util';
import { startFakes } from '../connectors/fakes.ts';

/** The outside world as a process of its own: `node server/fakes-main.ts --state DIR [--host H]` prints one line, product → address. */
const { values } = parseArgs({
  options: { state: { type: 'string' }, host: { type: 'string', default: '127.0.0.1' } },
});
if (values.state === undefined) throw new TypeError('--state is missing');
const fakes = await startFakes({ dir: values.state, host: values.host });
process.stdout.write(`${JSON.stringify(fakes.urls)}\n`);
const stop = (): void => void fakes.stop().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
