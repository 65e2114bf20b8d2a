import { createSocket, type RemoteInfo } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { SyslogListen } from '../../platform/sender-proof.ts';
import type { Frame } from './frames.ts';
import { syslogLimits } from './limits.ts';
import type { Listening, SyslogDoor } from './listen-stream.ts';
import { plainAddress } from './senders.ts';

/**
 * Syslog over UDP (RFC 5426): a datagram is a message. Nothing can hold a sender back: what does not fit into the queue
 * is lost, and is said to be.
 */
export async function listenDatagrams(wanted: SyslogListen, door: SyslogDoor): Promise<Listening> {
  const stopping = new AbortController();
  const socket = createSocket({
    type: isIPv6(wanted.host) ? 'udp6' : 'udp4',
    recvBufferSize: syslogLimits.receiveBufferBytes,
  });
  const queue: Frame[] = [];
  let queuedBytes = 0;
  let running: Promise<void> | null = null;
  const drain = async (): Promise<void> => {
    // What else arrived in this turn of the loop comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const frames = queue.splice(0, syslogLimits.framesPerFilingMax);
      queuedBytes -= frames.reduce((sum, { text }) => sum + text.byteLength, 0);
      await door.file(frames, stopping.signal);
    }
    running = null;
  };
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    const address = plainAddress(from.address);
    if (!door.mayConnect(address)) return door.refused(address, 'not an accepted address');
    const isFull =
      queue.length >= syslogLimits.datagramsMax ||
      queuedBytes + bytes.byteLength > syslogLimits.datagramsBytesMax;
    if (isFull) return door.refused(address, 'lost: too many datagrams wait for a commit');
    if (bytes.byteLength === 0) return undefined;
    queue.push({ text: bytes, isCut: false });
    queuedBytes += bytes.byteLength;
    running ??= drain();
    return undefined;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: wanted.host, port: wanted.port }, resolve);
  });
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve('closed'));
  });
  return {
    port: socket.address().port,
    ended,
    close: async () => {
      socket.close();
      const timer = setTimeout(() => stopping.abort(), syslogLimits.closeMs);
      while (running !== null) await running;
      clearTimeout(timer);
    },
  };
}
