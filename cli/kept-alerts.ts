import { parseDuration } from '../domain/duration.ts';
import { isoTime } from '../platform/clock.ts';
import type { ApiClient } from './client.ts';
import { usage, type Flags } from './flags.ts';
import { exitCodes, printJson, printLine, type CliIo } from './io.ts';

type Api = Pick<ApiClient, 'call'>;

interface ReplayAnswer {
  readonly bodies: number;
  readonly same: number;
  readonly changed: number;
  readonly filed: number;
  readonly next: object | null;
}

const pageLimit = 200;

/** Page after page, so that a week is no single request; what was done stays done if it is broken off. */
export async function replay(api: Api, flags: Flags, io: CliIo): Promise<number> {
  const rehearse = flags.has('rehearse');
  const order = {
    since: timeOf(flags.need('since'), io),
    ...given({ until: flags.text('until'), source: flags.text('source') }, io),
    limit: pageLimit,
    rehearse,
  };
  let total = { bodies: 0, same: 0, changed: 0, filed: 0 };
  let after: object | null = null;
  do {
    // Our own API answered; its shape is tested with it.
    const page = (await api.call('POST', '/v1/intake/replay', {
      ...order,
      ...(after === null ? {} : { after }),
    })) as ReplayAnswer;
    total = {
      bodies: total.bodies + page.bodies,
      same: total.same + page.same,
      changed: total.changed + page.changed,
      filed: total.filed + page.filed,
    };
    after = page.next;
  } while (after !== null);
  if (flags.has('json')) printJson(io, total);
  else
    printLine(
      io.stdout,
      `${total.bodies} bodies: ${total.same} as before, ${total.changed} ${rehearse ? 'would be' : ''} read anew in their incidents, ${total.filed} ${rehearse ? 'would be ' : ''}filed`.replaceAll(
        '  ',
        ' ',
      ),
    );
  return exitCodes.done;
}

interface Narrowing {
  readonly until: string | undefined;
  readonly source: string | undefined;
}

const given = ({ until, source }: Narrowing, io: CliIo): object => ({
  ...(until === undefined ? {} : { until: timeOf(until, io) }),
  ...(source === undefined ? {} : { source }),
});

/** RFC 3339, or how long ago: `7d`, `12h`. */
function timeOf(text: string, io: CliIo): string {
  const ago = parseDuration(text);
  if (ago !== null) return isoTime(io.clock.nowMs() - ago);
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? isoTime(ms) : usage(`${text} is neither a time nor a duration`);
}

export async function readOriginal(api: Api, flags: Flags, io: CliIo): Promise<number> {
  const receipt = flags.word(1, 'the receipt');
  const answer = (await api.call('POST', `/v1/receipts/${encodeURIComponent(receipt)}/original`, {
    reason: flags.need('reason'),
  })) as { readonly source: string; readonly body: string };
  if (flags.has('json')) printJson(io, answer);
  // As base64 where a person looks: what a sender wrote may steer a terminal.
  else if (io.stdout.isTerminal) printLine(io.stdout, answer.body);
  else io.stdout.write(Buffer.from(answer.body, 'base64').toString('utf8'));
  return exitCodes.done;
}
