import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { SyslogListen } from '../../platform/sender-proof.ts';
import type { FileMessages } from './file-messages.ts';
import { createFramer } from './frames.ts';
import { syslogLimits } from './limits.ts';
import { plainAddress } from './senders.ts';

export interface SyslogDoor {
  readonly file: FileMessages;
  readonly mayConnect: (address: string) => boolean;
  /** Hears of whoever was not let in, and of messages that were lost. */
  readonly refused: (address: string, why: string) => void;
}

export interface Listening {
  readonly port: number;
  /** Resolves when it stopped listening by itself. */
  readonly ended: Promise<string>;
  /** Takes nothing new; what was read is committed, or given up after the bound. */
  close(): Promise<void>;
}

/** Syslog over TCP and TLS (RFC 6587, RFC 5425). A connection is not read while what it brought is not committed. */
export async function listenStream(wanted: SyslogListen, door: SyslogDoor): Promise<Listening> {
  const stopping = new AbortController();
  const open = new Map<Socket, Promise<void>>();
  const accept = (socket: Socket): void => {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (!door.mayConnect(address) || open.size >= syslogLimits.connectionsMax) {
      door.refused(
        address,
        open.size >= syslogLimits.connectionsMax
          ? 'too many connections'
          : 'not an accepted address',
      );
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, syslogLimits.keepAliveMs);
    const serving = serve(socket, door, stopping.signal).finally(() => open.delete(socket));
    open.set(socket, serving);
  };
  const server = serverFor(wanted, accept, door);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: wanted.host, port: wanted.port }, resolve);
  });
  const ended = new Promise<string>((resolve) => server.once('close', () => resolve('closed')));
  return {
    // A server that listens on TCP has one.
    port: (server.address() as AddressInfo).port,
    ended,
    close: async () => {
      server.close();
      for (const socket of open.keys()) socket.end();
      const timer = setTimeout(() => {
        stopping.abort();
        for (const socket of open.keys()) socket.destroy();
      }, syslogLimits.closeMs);
      await Promise.all(open.values());
      clearTimeout(timer);
    },
  };
}

function serverFor(
  wanted: SyslogListen,
  accept: (socket: Socket) => void,
  door: SyslogDoor,
): Server {
  const { tls } = wanted;
  if (tls === undefined) return createServer({ allowHalfOpen: false }, accept);
  const asksClients = tls.clients !== undefined;
  const server = createTlsServer(
    {
      cert: tls.certificate,
      key: tls.key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: syslogLimits.handshakeMs,
      requestCert: asksClients,
      rejectUnauthorized: asksClients,
      ...(tls.clients === undefined ? {} : { ca: tls.clients }),
    },
    accept,
  );
  server.on('tlsClientError', (error: Error, socket: TLSSocket) =>
    door.refused(plainAddress(socket.remoteAddress ?? ''), `TLS: ${error.message.slice(0, 200)}`),
  );
  return server;
}

/** Reads, files, reads on: an iterator of a stream takes the next bytes only when it is asked. */
async function serve(socket: Socket, door: SyslogDoor, signal: AbortSignal): Promise<void> {
  const framer = createFramer(syslogLimits.messageBytesMax);
  try {
    for await (const bytes of socket) {
      const frames = framer.push(bytes as Uint8Array); // No encoding was set.
      if (frames.length > 0) await door.file(frames, signal);
    }
    const last = framer.end();
    if (last !== null) await door.file([last], signal);
  } catch {
    // The sender broke off; whole messages were filed, and half a message is no message.
  } finally {
    socket.destroy();
  }
}
