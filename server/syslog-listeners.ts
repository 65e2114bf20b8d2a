import { knownSources, type IntakeDeps } from '../intake/accept.ts';
import { createFileMessages } from '../intake/syslog/file-messages.ts';
import { listenDatagrams } from '../intake/syslog/listen-datagrams.ts';
import { listenStream, type SyslogDoor } from '../intake/syslog/listen-stream.ts';
import { allowedSenders } from '../intake/syslog/senders.ts';
import type { SyslogListen } from '../platform/sender-proof.ts';
import type { Component } from './supervise.ts';

/** A component for each port of each source of syslog. */
export function syslogListeners<Sealed>(deps: IntakeDeps<Sealed>): readonly Component[] {
  return [...knownSources(deps).values()].flatMap((known) => {
    const { verify } = known.source;
    if (verify.kind !== 'syslog') return [];
    const rejected = (sender: string, detail: string): void =>
      deps.rejects.record({
        source: known.name,
        reason: detail.startsWith('lost') ? 'BACKLOG_FULL' : 'CREDENTIAL_REFUSED',
        detail,
        sender,
        body: new Uint8Array(),
      });
    const door: SyslogDoor = {
      mayConnect: allowedSenders(verify.addresses),
      refused: rejected,
      file: createFileMessages(deps, {
        known,
        offsetMinutes: verify.offsetMinutes,
        lost: (messages, why) => rejected('', `lost: ${messages} messages, ${why}`),
      }),
    };
    return verify.listen.map((wanted) => listener(known.name, wanted, door));
  });
}

function listener(source: string, wanted: SyslogListen, door: SyslogDoor): Component {
  return {
    name: `syslog-${source}-${wanted.transport}`,
    start: async () => {
      const listening = await (wanted.transport === 'udp'
        ? listenDatagrams(wanted, door)
        : listenStream(wanted, door));
      return { ended: listening.ended, stop: () => listening.close() };
    },
  };
}
