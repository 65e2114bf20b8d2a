/** Of `POST …/devices-actions/…`, when it arrived. */
export interface FalconAct {
  readonly host: string;
  readonly atMs: number;
}

export interface Falcon {
  /** The answer of the part of CrowdStrike Falcon that `crowdstrike.host.contain` speaks to; null for other paths. */
  answer(route: string, query: URLSearchParams, body: unknown): [number, unknown] | null;
  acts(): readonly FalconAct[];
}

const idPrefix = 'bench';

/** Every host exists, and is free until it is contained. Ids are made of names, so that nothing has to be kept. */
export function createFalcon(): Falcon {
  const contained = new Map<string, number>();
  return {
    acts: () => [...contained].map(([host, atMs]) => ({ host, atMs })),
    answer: (route, query, body) => {
      if (route === 'POST /oauth2/token')
        return [201, { access_token: 'bench', token_type: 'bearer', expires_in: 1799 }];
      if (route === 'GET /devices/queries/devices/v1') {
        const host = /^hostname:'([^']*)'$/.exec(query.get('filter') ?? '')?.[1] ?? '';
        return [200, envelope([idOf(host)])];
      }
      if (route === 'GET /devices/entities/devices/v2')
        return [200, envelope(query.getAll('ids').map((id) => device(id, contained)))];
      if (route === 'POST /devices/entities/devices/v2')
        return [200, envelope(idsIn(body).map((id) => device(id, contained)))];
      if (route !== 'POST /devices/entities/devices-actions/v2') return null;
      const ids = idsIn(body);
      for (const id of ids) contained.set(hostOf(id), Date.now());
      return [202, envelope(ids.map((id) => ({ id, path: `/devices/${id}` })))];
    },
  };
}

const idOf = (host: string): string => idPrefix + Buffer.from(host).toString('hex');
const hostOf = (id: string): string =>
  Buffer.from(id.slice(idPrefix.length), 'hex').toString('utf8');

function device(id: string, contained: ReadonlyMap<string, number>): object {
  const hostname = hostOf(id);
  const status = contained.has(hostname) ? 'contained' : 'normal';
  return { device_id: id, hostname, status, platform_name: 'Linux', groups: [], tags: [] };
}

const envelope = (resources: readonly unknown[]): object => ({ meta: {}, resources, errors: [] });

function idsIn(body: unknown): readonly string[] {
  const ids = typeof body === 'object' && body !== null && 'ids' in body ? body.ids : [];
  return Array.isArray(ids) ? ids.map(String) : [];
}
