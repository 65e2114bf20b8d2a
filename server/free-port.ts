import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { SallyportError } from '../domain/errors.ts';

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere), above those
 * that services are known by: nobody takes one by accident while its server starts again.
 */
const quietPorts = { from: 20_000, to: 32_000 } as const;
const quietTries = 20;

/** The wanted loopback port, or another that was free a moment ago where it is taken (or 0). */
export async function freePort(wanted: number): Promise<number> {
  return (
    (wanted === 0 ? null : await bindable(wanted)) ??
    (await quietPort()) ??
    (await bindable(0)) ??
    refuse()
  );
}

async function quietPort(): Promise<number | null> {
  for (let left = quietTries; left > 0; left -= 1) {
    const port = await bindable(randomInt(quietPorts.from, quietPorts.to));
    if (port !== null) return port;
  }
  return null;
}

async function bindable(port: number): Promise<number | null> {
  const server = createServer();
  const bound = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(true));
  });
  if (!bound) return null;
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address === null || typeof address === 'string' ? null : address.port;
}

function refuse(): never {
  throw new SallyportError('CONFIG_INVALID', 'there is no free port on 127.0.0.1');
}
