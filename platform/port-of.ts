import { SallyportError } from '../domain/errors.ts';

/** Throws CONFIG_INVALID where a reference leads to no port. */
export function portOf(port: number | string, plain: (text: string) => string): number {
  if (typeof port === 'number') return port;
  const text = plain(port);
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 65_535) return value;
  throw new SallyportError('CONFIG_INVALID', `${port} does not give a port from 0 to 65535`);
}
