import { createServer } from 'node:net';
import { SallyportError } from '../domain/errors.ts';

/** The wanted loopback port, or another that was free a moment ago where it is taken (or 0). */
export async function freePort(wanted: number): Promise<number> {
  return (await bindable(wanted)) ?? (await bindable(0)) ?? refuse();
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
