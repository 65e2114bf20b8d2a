import { Pool } from 'undici';
import { benchAlert, signature, type BenchAlert } from './alert.ts';

export interface Target {
  readonly url: string;
  readonly source: string;
  readonly secret: string;
}

export interface Sent {
  readonly accepted: number;
  /** 503 answers; each was sent again after its Retry-After. */
  readonly refused: number;
  readonly elapsedMs: number;
  /** Response times of accepted alerts in milliseconds, in order of arrival. */
  readonly responseMs: readonly number[];
  /** When each alert was to be sent (open loop) or was sent, by its id. Milliseconds since the epoch. */
  readonly sentAtMs: ReadonlyMap<string, number>;
}

export interface Load {
  readonly keys: number;
  readonly firstIndex?: number;
  /** See `AlertSketch`. */
  readonly rule?: string;
}

interface Work {
  readonly pool: Pool;
  readonly target: Target;
  readonly tally: {
    accepted: number;
    refused: number;
    responseMs: number[];
    sentAtMs: Map<string, number>;
  };
}

const refusalsMax = 200;

/** Closed loop: `senders` requests are always under way until `count` alerts over `keys` keys are accepted. */
export async function sendFlatOut(
  target: Target,
  load: Load & { readonly count: number; readonly senders: number },
): Promise<Sent> {
  return measured(target, load.senders, async (work) => {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < load.count) {
        const index = (load.firstIndex ?? 0) + next++;
        await post(work, alertOf(load, index), Date.now());
      }
    };
    await Promise.all(Array.from({ length: load.senders }, lane));
  });
}

/** Open loop: alerts leave on schedule whatever the answers do; latency counts from the scheduled time. */
export async function sendAtRate(
  target: Target,
  load: Load & { readonly perSecond: number; readonly seconds: number },
): Promise<Sent> {
  return measured(target, 64, async (work) => {
    const startMs = Date.now();
    const count = load.perSecond * load.seconds;
    const sends: Promise<void>[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      const dueMs = startMs + (sent * 1000) / load.perSecond;
      const waitMs = dueMs - Date.now();
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const index = (load.firstIndex ?? 0) + sent;
      sends.push(post(work, alertOf(load, index), dueMs));
    }
    await Promise.all(sends);
  });
}

function alertOf({ keys, firstIndex = 0, rule }: Load, index: number): BenchAlert {
  const key = firstIndex + ((index - firstIndex) % keys);
  return benchAlert({ index, key, ...(rule === undefined ? {} : { rule }) });
}

async function measured(
  target: Target,
  connections: number,
  run: (work: Work) => Promise<void>,
): Promise<Sent> {
  const pool = new Pool(target.url, { connections, pipelining: 1 });
  const tally = { accepted: 0, refused: 0, responseMs: [], sentAtMs: new Map<string, number>() };
  const startMs = performance.now();
  try {
    await run({ pool, target, tally });
    return { ...tally, elapsedMs: performance.now() - startMs };
  } finally {
    await pool.close();
  }
}

async function post(
  { pool, target, tally }: Work,
  alert: BenchAlert,
  dueMs: number,
): Promise<void> {
  tally.sentAtMs.set(alert.id, dueMs);
  const headers = {
    'content-type': 'application/json',
    'x-signature': signature(target.secret, alert.body),
    'x-delivery': alert.id,
  };
  for (let refusals = 0; refusals < refusalsMax; refusals += 1) {
    const response = await pool.request({
      method: 'POST',
      path: `/v1/alerts/${target.source}`,
      headers,
      body: alert.body,
    });
    await response.body.dump();
    if (response.statusCode === 202) {
      tally.accepted += 1;
      tally.responseMs.push(Date.now() - dueMs);
      return;
    }
    if (response.statusCode !== 503)
      throw new Error(`alert ${alert.id} was answered ${response.statusCode}`);
    tally.refused += 1;
    const waitMs = Number(response.headers['retry-after'] ?? 1) * 1000;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  throw new Error(`alert ${alert.id} was refused ${refusalsMax} times`);
}
