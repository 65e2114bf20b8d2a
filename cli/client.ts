import type { ErrorCode } from '../domain/errors.ts';
import { isErrorCode, SallyportError } from '../domain/errors.ts';
import { isObject } from '../domain/json.ts';

/** The people's API as verbs see it. Trouble is a `SallyportError` with the code of the problem document. */
export interface ApiClient {
  readonly person: string;
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
  download(path: string): Promise<AsyncIterable<Uint8Array>>;
}

export interface ClientOptions {
  readonly server: string;
  readonly token: string;
  readonly person: string;
}

const timeoutMs = 30_000;
const answerBytesMax = 16 * 1024 * 1024;

export function createClient(options: ClientOptions): ApiClient {
  const base = checkedServer(options.server);
  const send = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(new URL(path, base), {
      method,
      headers: {
        authorization: `Bearer ${options.token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw new SallyportError(
        'VENDOR_UNAVAILABLE',
        `the engine at ${base.origin} does not answer; is it running?`,
        { cause: error },
      );
    });
  return {
    person: options.person,
    call: async (method, path, body) => {
      const response = await send(method, path, body);
      const answer = await jsonOf(response);
      if (!response.ok) throw problemOf(response.status, answer);
      return answer;
    },
    download: async (path) => {
      const response = await send('GET', path);
      if (!response.ok || response.body === null)
        throw problemOf(response.status, await jsonOf(response));
      return response.body;
    },
  };
}

/** SECURITY: a token in the clear on a network is a token for everybody on it. */
function checkedServer(server: string): URL {
  const url = URL.parse(server);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new SallyportError('REQUEST_INVALID', '--server must be an http or https address');
  const isLocal =
    url.hostname === 'localhost' ||
    url.hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(url.hostname);
  if (url.protocol === 'http:' && !isLocal)
    throw new SallyportError(
      'REQUEST_INVALID',
      'a token is sent over https only, but to this machine itself',
    );
  return url;
}

async function jsonOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax)
      throw new SallyportError('RESPONSE_INVALID', 'the answer is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}

function problemOf(status: number, answer: unknown): SallyportError {
  const code =
    isObject(answer) && typeof answer['code'] === 'string' && isErrorCode(answer['code'])
      ? answer['code']
      : codeOf(status);
  const detail =
    isObject(answer) && typeof answer['detail'] === 'string'
      ? answer['detail']
      : `the engine answered ${status}`;
  return new SallyportError(code, detail);
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'CREDENTIAL_REFUSED';
  if (status === 403) return 'ROLE_MISSING';
  if (status === 404) return 'NOT_FOUND';
  return status < 500 ? 'REQUEST_INVALID' : 'VENDOR_UNAVAILABLE';
}
