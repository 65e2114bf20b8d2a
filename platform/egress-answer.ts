import { SallyportError } from '../domain/errors.ts';
import type { RawAnswer } from './egress-exchange.ts';
import { withinDepth } from './json-depth.ts';
import { retryAfterMs } from './retry-after.ts';

export interface EgressResponse {
  readonly status: number;
  readonly effect: 'read' | 'write';
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Parses the body; what is not JSON is `RESPONSE_INVALID`, after a write `EFFECT_UNKNOWN`. */
  json(): unknown;
}

const jsonDepthMax = 64;

/** What we asked for: decides what an answer means. */
interface Asked {
  readonly effect: 'read' | 'write';
  readonly answers?: readonly number[];
}

/** Passes on 2xx and what the caller reads itself; every other status becomes an error of the one table. */
export function acceptAnswer(answer: RawAnswer, wanted: Asked, nowMs: number): EgressResponse {
  const { status, headers } = answer;
  const response = read(wanted.effect, answer);
  if ((status >= 200 && status < 300) || wanted.answers?.includes(status) === true) return response;
  const said = `the product answered ${status}`;
  if (status === 429)
    throw new SallyportError('VENDOR_THROTTLED', said, {
      retryAfterMs: retryAfterMs(headers, nowMs),
    });
  if (status === 401 || status === 403) throw new SallyportError('VENDOR_DENIED', said);
  if (status === 404 || status === 410) throw new SallyportError('TARGET_ABSENT', said);
  if (status === 409 || status === 412) throw new SallyportError('CONFLICT', said);
  if (status >= 400 && status < 500 && status !== 408)
    throw new SallyportError('INPUT_INVALID', said);
  // A redirect is never followed: it would leave the allow-list, and a POST may have been done before it.
  if (wanted.effect === 'write') throw new SallyportError('EFFECT_UNKNOWN', said);
  throw new SallyportError(
    status < 400 ? 'RESPONSE_INVALID' : 'VENDOR_UNAVAILABLE',
    status < 400 ? `${said}, a redirect` : said,
  );
}

function read(effect: 'read' | 'write', answer: RawAnswer): EgressResponse {
  const unreadable = (why: string): SallyportError =>
    new SallyportError(effect === 'write' ? 'EFFECT_UNKNOWN' : 'RESPONSE_INVALID', why);
  const text = decodeUtf8(answer.bytes);
  return {
    status: answer.status,
    effect,
    headers: answer.headers,
    text: text ?? '',
    json: () => {
      if (text === null || !withinDepth(text, jsonDepthMax))
        throw unreadable('the answer is not readable JSON');
      try {
        return JSON.parse(text) as unknown;
      } catch {
        throw unreadable('the answer is not JSON');
      }
    },
  };
}

function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
