import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';
import type { AddressInfo, Socket } from 'node:net';
import type { RunningFake } from '../fake-server.ts';

/** What the fake mail server took, as text with headers. Survives a kill in `stateFile`. */
export interface MailState {
  readonly mails: { readonly to: readonly string[]; readonly raw: string }[];
}

/**
 * When the sender is named, `before` cuts the line and `deaf` says no more. `after`, `half` and `silent` take the mail; then
 * they cut the line, cut it in the middle of the answer, and say no more. There is no mailbox `nobody`.
 */
export type MailFault =
  | 'none'
  | 'before'
  | 'deaf'
  | 'after'
  | 'half'
  | 'silent'
  | 'refuse'
  | 'put-off'
  | 'denied';

export interface RunningMailFake extends RunningFake {
  mails(): MailState['mails'];
  /** The next connection meets this. */
  fail(fault: MailFault): void;
}

const mailBytesMax = 1_048_576;

export async function startMailFake(
  options: { readonly host?: string; readonly port?: number; readonly stateFile?: string } = {},
): Promise<RunningMailFake> {
  const { host = '127.0.0.1', port = 0, stateFile } = options;
  const state = recall(stateFile);
  let fault: MailFault = 'none';
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    size: mailBytesMax,
    onAuth: ({ username, password }, _session, callback) => {
      if (fault !== 'denied' && username === 'fake-user' && password === 'fake-password')
        callback(null, { user: username });
      else callback(new Error('Invalid username or password'));
    },
    onMailFrom: (_address, session, callback) => {
      if (fault === 'before') return cutLine(lines.get(session.remotePort));
      if (fault === 'deaf') return;
      callback(refusals[fault] ?? null);
    },
    onRcptTo: ({ address }, _session, callback) =>
      callback(address.startsWith('nobody@') ? reply(550, 'no such mailbox') : null),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        state.mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        if (stateFile !== undefined) persist(stateFile, state);
        if (fault === 'silent') return;
        if (fault === 'after') return cutLine(lines.get(session.remotePort));
        if (fault === 'half') return cutLine(lines.get(session.remotePort), '25');
        callback(null);
      });
    },
  });
  const lines = openLines(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  server.on('error', () => undefined);
  // A server that listens on TCP has an AddressInfo.
  const bound = server.server.address() as AddressInfo;
  return {
    url: `smtp://${host}:${bound.port}`,
    mails: () => state.mails,
    fail: (next) => {
      fault = next;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The sender's sockets by their port, which a session knows as well. */
function openLines(server: SMTPServer): ReadonlyMap<number, Socket> {
  const lines = new Map<number, Socket>();
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    lines.set(port, socket);
    socket.once('close', () => lines.delete(port));
  });
  return lines;
}

/** A cut line is what a crash looks like from outside. */
function cutLine(socket: Socket | undefined, last = ''): void {
  socket?.write(last, () => socket.destroy());
}

const refusals: Partial<Record<MailFault, Error>> = {
  refuse: reply(550, 'refused'),
  'put-off': reply(451, 'try later'),
};

function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function recall(file: string | undefined): MailState {
  // Our own file, written by `persist`.
  return file === undefined || !existsSync(file)
    ? { mails: [] }
    : (JSON.parse(readFileSync(file, 'utf8')) as MailState);
}

function persist(file: string, state: MailState): void {
  writeFileSync(`${file}.next`, JSON.stringify(state));
  renameSync(`${file}.next`, file);
}
