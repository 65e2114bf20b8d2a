import { parseArgs } from 'node:util';
import { startFakes } from '../connectors/fakes.ts';

/** The outside world as a process of its own: `node server/fakes-main.ts --dir DIR [--host H] [--ports '{"okta":1}']` prints one line `{"urls":…}`. */
const { values } = parseArgs({ options: { dir: { type: 'string' }, host: { type: 'string', default: '127.0.0.1' }, ports: { type: 'string', default: '{}' } } });
if (values.dir === undefined) throw new TypeError('--dir is missing');
// Written by the engine that starts us.
const ports = JSON.parse(values.ports) as Record<string, number>;
const fakes = await startFakes({ dir: values.dir, host: values.host, ports });
process.stdout.write(`${JSON.stringify({ urls: fakes.urls })}\n`);
const stop = (): void => void fakes.stop().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
