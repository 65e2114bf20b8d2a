import {
  fieldsOf,
  textIn,
  type FakeProduct,
  type FakeReply,
  type FakeRequest,
} from '../fake-server.ts';

interface SinkTicket {
  readonly id: string;
  readonly external_id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly comments: { id: string; key: string; body: string }[];
  status: string;
}

/** A ticket system and an asset service as many firms have them: no idempotency, found by external id. */
export interface SinkState {
  readonly tickets: SinkTicket[];
  comments: number;
  readonly assets: Record<string, { criticality: string; owner: string }>;
}

export const sinkFake: FakeProduct<SinkState> = {
  name: 'sink',
  initial: () => ({
    tickets: [],
    comments: 0,
    assets: {
      'web-7': { criticality: 'high', owner: 'platform' },
      'db-10': { criticality: 'crown', owner: 'data' },
      'build-3': { criticality: 'normal', owner: 'platform' },
    },
  }),
  reply,
};

/** `generic-http` options that speak to it. */
export const sinkFakeOptions = {
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

function reply(request: FakeRequest, state: SinkState): FakeReply {
  const route = `${request.method} ${request.path}`;
  if (route === 'POST /tickets') return open(request, state);
  if (route === 'GET /tickets')
    return {
      status: 200,
      body: state.tickets
        .filter((ticket) => ticket.external_id === request.query.get('external_id'))
        .map(shown),
    };
  const asset = /^GET \/assets\/(.+)$/.exec(route)?.[1];
  if (asset !== undefined) {
    const name = decodeURIComponent(asset);
    const known = Object.hasOwn(state.assets, name) ? state.assets[name] : undefined;
    return known === undefined
      ? { status: 404, body: {} }
      : { status: 200, body: { name, ...known } };
  }
  const [, verb, id, below] =
    /^(GET|POST|PATCH) \/tickets\/([^/]+)(\/comments)?$/.exec(route) ?? [];
  const ticket = state.tickets.find((one) => one.id === id);
  if (ticket === undefined) return { status: 404, body: {} };
  if (below === undefined) {
    if (verb === 'PATCH') ticket.status = textIn(fieldsOf(request), 'status');
    return { status: 200, body: shown(ticket) };
  }
  if (verb === 'GET')
    return {
      status: 200,
      body: ticket.comments.filter(({ key }) => key === request.query.get('key')),
    };
  state.comments += 1;
  const fields = fieldsOf(request);
  const comment = {
    id: String(state.comments),
    key: textIn(fields, 'key'),
    body: textIn(fields, 'body'),
  };
  ticket.comments.push(comment);
  return { status: 201, body: comment };
}

function open(request: FakeRequest, state: SinkState): FakeReply {
  const fields = fieldsOf(request);
  const ticket: SinkTicket = {
    id: String(state.tickets.length + 1),
    external_id: textIn(fields, 'external_id'),
    fields,
    comments: [],
    status: 'New',
  };
  state.tickets.push(ticket);
  return { status: 201, body: shown(ticket) };
}

function shown({
  id,
  external_id: externalId,
  fields,
  status,
}: SinkTicket): Record<string, unknown> {
  return { ...fields, id, url: `/tickets/${id}`, external_id: externalId, status };
}
