import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import type { AddressInfo } from 'node:net';
import { plantedSecrets } from './alert.ts';
import { createFalcon, type Falcon } from './falcon.ts';

/**
 * A ticket system for measurements: answers after a fixed delay, ignores idempotency keys on purpose, finds tickets by
 * external id, and counts every ticket, so that a doubled one shows. `node bench/sink.ts --port 0` runs it as a process.
 *
 *   POST /tickets {external_id, title, …}       201 {id, url}
 *   GET  /tickets?external_id=X                 200 [{id, url, external_id, title, status}]
 *   POST /tickets/ID/comments {body, key}       201 {id}
 *   GET  /tickets/ID/comments?key=X             200 [{id, key}]
 *   GET  /assets/NAME                           200 {name, criticality, owner}
 *   GET  /stats                                 200 {tickets, distinct, duplicates, comments, lookups, leaks}
 *   GET  /tickets.log                           200 [{id, externalId, alertId, atMs, title}], all of them
 *   GET  /acts.log                              200 [{host, atMs}], the actions of the product in `falcon.ts`
 *   GET  /duplicates                            200 {external id: count} of those made more than once
 *   POST /reset
 */
export interface Sink {
  readonly url: string;
  stop(): Promise<void>;
}

interface Ticket {
  readonly id: string;
  readonly externalId: string;
  readonly title: string;
  /** Of the alert behind it, where the title is one of the measurements' own. */
  readonly alertId: string;
  readonly atMs: number;
}

interface Books {
  readonly falcon: Falcon;
  readonly byExternalId: Map<string, Ticket[]>;
  readonly comments: Map<string, { id: string; key: string }[]>;
  tickets: number;
  commentCount: number;
  lookups: number;
  leaks: number;
}

const newBooks = (): Books => ({
  falcon: createFalcon(),
  byExternalId: new Map(),
  comments: new Map(),
  tickets: 0,
  commentCount: 0,
  lookups: 0,
  leaks: 0,
});

export async function startSink(
  options: { host?: string; port?: number; delayMs?: number } = {},
): Promise<Sink> {
  const { host = '127.0.0.1', port = 0, delayMs = 5 } = options;
  let books = newBooks();
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://sink.invalid');
      if (url.pathname === '/reset') books = newBooks();
      const [status, answer] = handle(books, {
        route: `${request.method ?? 'GET'} ${url.pathname}`,
        query: url.searchParams,
        body,
      });
      setTimeout(() => send(response, status, answer), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  // A server that listens on TCP has an AddressInfo.
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${host}:${bound.port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** `generic-http` options that make this sink a ticket system and a lookup. */
export const sinkOptions = {
  auth: { kind: 'none' },
  lookup: { path: '/assets/{name}', fields: { criticality: '$.criticality', owner: '$.owner' } },
  ticket: {
    path: '/tickets',
    urlPath: '$.url',
    find: {
      path: '/tickets?external_id={externalKey}',
      idPath: '$[0].id',
      urlPath: '$[0].url',
      statusPath: '$[0].status',
      titlePath: '$[0].title',
    },
    comments: {
      path: '/tickets/{ticketId}/comments',
      find: { path: '/tickets/{ticketId}/comments?key={key}', idPath: '$[0].id' },
    },
  },
} as const;

interface Call {
  readonly route: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

function handle(books: Books, { route, query, body }: Call): [status: number, answer: unknown] {
  if (route === 'POST /tickets') return [201, addTicket(books, body)];
  if (route === 'GET /tickets') {
    const found = books.byExternalId.get(query.get('external_id') ?? '') ?? [];
    return [
      200,
      found.map(({ id, externalId, title }) => ({
        id,
        url: `/tickets/${id}`,
        external_id: externalId,
        title,
        status: 'open',
      })),
    ];
  }
  const comment = /^(GET|POST) \/tickets\/([^/]+)\/comments$/.exec(route);
  if (comment?.[1] === 'POST') return [201, addComment(books, comment[2] ?? '', body)];
  if (comment?.[1] === 'GET')
    return [
      200,
      (books.comments.get(comment[2] ?? '') ?? []).filter(({ key }) => key === query.get('key')),
    ];
  if (route.startsWith('GET /assets/')) {
    books.lookups += 1;
    return [
      200,
      {
        name: decodeURIComponent(route.slice('GET /assets/'.length)),
        criticality: 'normal',
        owner: 'platform',
      },
    ];
  }
  if (route === 'GET /stats') {
    const distinct = books.byExternalId.size;
    return [
      200,
      {
        tickets: books.tickets,
        distinct,
        duplicates: books.tickets - distinct,
        comments: books.commentCount,
        lookups: books.lookups,
        leaks: books.leaks,
      },
    ];
  }
  if (route === 'GET /acts.log') return [200, books.falcon.acts()];
  if (route === 'GET /tickets.log') return [200, [...books.byExternalId.values()].flat()];
  if (route === 'GET /duplicates')
    return [
      200,
      Object.fromEntries(
        [...books.byExternalId]
          .filter(([, made]) => made.length > 1)
          .map(([id, made]) => [id, made.length]),
      ),
    ];
  return books.falcon.answer(route, query, body) ?? [route === 'POST /reset' ? 200 : 404, {}];
}

function addTicket(books: Books, body: Record<string, unknown>): { id: string; url: string } {
  books.tickets += 1;
  const title = textIn(body, 'title');
  const index = / on host (\d+)/.exec(title)?.[1];
  const ticket = {
    id: String(books.tickets),
    externalId: textIn(body, 'external_id'),
    title,
    alertId: index === undefined ? '' : `bench-${index}`,
    atMs: Date.now(),
  };
  if (index !== undefined) {
    const text = JSON.stringify(body);
    books.leaks += plantedSecrets(Number(index)).filter((secret) => text.includes(secret)).length;
  }
  books.byExternalId.set(ticket.externalId, [
    ...(books.byExternalId.get(ticket.externalId) ?? []),
    ticket,
  ]);
  return { id: ticket.id, url: `/tickets/${ticket.id}` };
}

function addComment(books: Books, ticketId: string, body: Record<string, unknown>): { id: string } {
  books.commentCount += 1;
  const comment = { id: String(books.commentCount), key: textIn(body, 'key') };
  books.comments.set(ticketId, [...(books.comments.get(ticketId) ?? []), comment]);
  return { id: comment.id };
}

function textIn(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : '';
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  const text = JSON.stringify(answer);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
  });
  response.end(text);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, delay: { type: 'string', default: '5' } },
  });
  const sink = await startSink({ port: Number(values.port), delayMs: Number(values.delay) });
  process.stdout.write(`${JSON.stringify({ url: sink.url })}\n`);
}
