import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { verifyLog } from '../../audit/verify.ts';
import type { FalconState } from '../../connectors/crowdstrike/fake.ts';
import type { SinkState } from '../../connectors/generic-http/fake.ts';
import { findLeaks } from '../support/canaries.ts';
import { planted } from './alerts.ts';
import { eventually } from './world.ts';
import type { World } from './world.ts';

/** What must hold whatever died: each line that is found is a fault. */
export async function findFaults(world: World): Promise<readonly string[]> {
  return [
    ...(await lost(world)),
    ...(await doubled(world)),
    ...(await unapproved(world)),
    ...(await unwritten(world)),
  ];
}

/** Every accepted alert is counted once, and its incident has a ticket. */
async function lost(world: World): Promise<string[]> {
  const rows = await world.engine.query<{ uid: string; findings: number; ticketed: boolean }>(
    `select f.body->>'uid' as uid, count(*) as findings, bool_and(exists (select 1 from ticket_links l where l.incident_id = f.incident_id)) as ticketed
       from findings f join receipts r on r.id = f.receipt_id group by 1`,
  );
  const known = new Map(rows.map((row) => [row.uid, row]));
  const wrong = [...world.accepted.keys()].flatMap((id) => {
    const row = known.get(id);
    if (row === undefined) return [`${id} was accepted and is lost`];
    return row.findings === 1 && row.ticketed
      ? []
      : [`${id} has ${row.findings} findings, ticket: ${row.ticketed}`];
  });
  const alerts = new Map<string, number>();
  for (const { host } of world.accepted.values()) alerts.set(host, (alerts.get(host) ?? 0) + 1);
  const counts = await world.engine.query<{ host: string; count: number; incidents: number }>(
    "select f.body->'resources'->0->>'name' as host, sum(i.count)::bigint as count, count(*) as incidents from incidents i join findings f on f.id = i.lead_finding group by 1",
  );
  for (const { host, count, incidents } of counts) {
    if (count !== (alerts.get(host) ?? 0))
      wrong.push(`${host} counts ${count} instead of ${alerts.get(host) ?? 0}`);
    if (incidents !== 1) wrong.push(`${host} has ${incidents} incidents`);
  }
  if (counts.length !== alerts.size)
    wrong.push(`${counts.length} incidents instead of ${alerts.size}`);
  return wrong;
}

function several(all: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return [...new Set(all.filter((each) => seen.size === seen.add(each).size))];
}

interface BothSides {
  readonly desk: SinkState;
  readonly edr: FalconState;
  /** Capability → how many are done. */
  readonly done: ReadonlyMap<string, number>;
}

const stillLimitMs = 10_000;

/** Seen at a moment in which nothing is being done: a comment that follows up may come at any time. */
async function bothSides(world: World): Promise<BothSides> {
  const books = (): Promise<{ capability: string; state: string; count: number }[]> =>
    world.engine.query(
      'select capability, state, count(*) as count from effects group by 1, 2 order by 1, 2',
    );
  const look = async (): Promise<BothSides & { isStill: boolean }> => {
    const before = await books();
    const desk = await world.outside.desk();
    const edr = await world.outside.edr();
    const isStill =
      isDeepStrictEqual(before, await books()) && before.every(({ state }) => state !== 'intended');
    const done = before.filter(({ state }) => state === 'done');
    return {
      desk,
      edr,
      isStill,
      done: new Map(done.map(({ capability, count }) => [capability, count])),
    };
  };
  let seen = await look();
  await eventually(async () => seen.isStill || (seen = await look()).isStill, stillLimitMs);
  return seen;
}

/** No ticket, comment, action or undo was made twice, and each is known to the engine. */
async function doubled(world: World): Promise<string[]> {
  const { desk, edr, done: known } = await bothSides(world);
  const { tickets } = desk;
  const { actions } = edr;
  const comments = tickets.flatMap((ticket) => ticket.comments);
  const told = (action: string): number => actions.filter((each) => each.action === action).length;
  const seen = [
    ['generic-http.ticket.ensure', tickets.length],
    ['generic-http.ticket.comment', comments.length],
    ['crowdstrike.host.contain', told('contain')],
    ['crowdstrike.host.lift', told('lift_containment')],
  ] as const;
  return [
    ...several(tickets.map((ticket) => ticket.external_id)).map(
      (id) => `ticket ${id} was made twice`,
    ),
    ...several(comments.map((comment) => comment.key)).map(
      (key) => `comment ${key} was made twice`,
    ),
    ...several(actions.map((each) => `${each.action} ${each.id}`)).map(
      (each) => `${each} was told twice`,
    ),
    ...seen
      .filter(([name, count]) => (known.get(name) ?? 0) !== count)
      .map(([name, count]) => `${name}: ${count} outside, ${known.get(name) ?? 0} in the books`),
  ];
}

/** What was approved was done once, what was not was not done, and undos likewise. */
async function unapproved(world: World): Promise<string[]> {
  const rows = await world.engine.query<{
    id: string;
    contained: number;
    lifted: number;
    status: string;
    outcome: string | null;
  }>(
    `select g.id, r.status, r.outcome,
            (select count(*) from effects e where e.order_digest = g.order_digest and e.capability = 'crowdstrike.host.contain' and e.state = 'done') as contained,
            (select count(*) from effects e where e.order_digest = g.order_digest and e.capability = 'crowdstrike.host.lift' and e.state = 'done') as lifted
       from gates g join runs r on r.key = g.run_key where g.state <> 'void'`,
  );
  return rows.flatMap(({ id, contained, lifted, status, outcome }) => {
    const wanted = {
      contained: world.approved.has(id) ? 1 : 0,
      lifted: world.undone.has(id) ? 1 : 0,
    };
    if (
      contained === wanted.contained &&
      lifted === wanted.lifted &&
      (wanted.contained === 0 || outcome === 'host contained')
    )
      return [];
    return [
      `gate ${id}: contained ${contained} of ${wanted.contained}, lifted ${lifted} of ${wanted.lifted}; its run is ${status}: ${outcome}`,
    ];
  });
}

/** A row of state without its entry; each is answered by one pass over the log, which after 1,000 kills holds half a million. */
const entriesOf: Readonly<Record<string, string>> = {
  receipts: `select id from receipts r where not exists (select 1 from audit_entries e where e.type = 'alert.received' and e.subject = r.id)`,
  findings: `select id from findings f where not exists (select 1 from audit_entries e where e.type = 'finding.filed' and e.subject = f.id)`,
  incidents: `select id from incidents i where not exists (select 1 from audit_entries e where e.type = 'incident.changed' and e.incident = i.id and e.outcome = 'opened')`,
  intents: `select key as id from effects x where not exists (select 1 from audit_entries e where e.id like 'intent:%' and split_part(e.id, ':', 2) = x.key)`,
  results: `select key as id from effects x where x.state in ('done', 'held') and not exists (select 1 from audit_entries e where e.id = 'result:' || x.key || ':' || x.fence)`,
  gates: `select id from gates g where not exists (select 1 from audit_entries e where e.type = 'gate.opened' and e.body::jsonb->'data'->>'orderDigest' = g.order_digest)`,
  'decided gates': `select id from gates g where g.state <> 'open' and not exists (select 1 from audit_entries e where e.type = 'gate.decided' and e.body::jsonb->'data'->>'orderDigest' = g.order_digest)`,
  votes: `select id from votes v where v.verdict <> 'pending' and not exists (select 1 from audit_entries e where e.type in ('vote.cast', 'vote.refused') and e.body::jsonb->'data'->>'voteId' = v.id)`,
  warrants: `select order_digest as id from warrants w where not exists (select 1 from audit_entries e where e.type = 'warrant.granted' and e.subject = w.order_digest and e.body::jsonb->'data'->>'purpose' = w.purpose)`,
  'used warrants': `select order_digest as id from warrants w left join (
      select subject, body::jsonb->'data'->>'purpose' as purpose, count(*) as uses from audit_entries where type = 'warrant.used' group by 1, 2
    ) e on e.subject = w.order_digest and e.purpose = w.purpose where w.used_at is not null and e.uses is distinct from 1`,
  'ended runs': `select key as id from runs r where r.ended_at is not null and not exists (select 1 from audit_entries e where e.id = 'run-ended:' || r.key)`,
  'moved runs': `select key as id from runs r where r.host = 'respond' and not exists (select 1 from audit_entries e where e.id = 'run-moved:' || r.key)`,
};

async function unwritten(world: World): Promise<string[]> {
  const found: string[] = [];
  for (const [what, text] of Object.entries(entriesOf)) {
    const rows = await world.engine.query<{ id: string }>(text);
    if (rows.length > 0)
      found.push(`${rows.length} ${what} without an entry, the first is ${rows[0]?.id ?? ''}`);
  }
  return found;
}

const sequenceLimitMs = 20_000;

/** Waits until all is under a checkpoint; gives how many entries there are. */
export async function sequenced(world: World): Promise<number> {
  const counts = async (): Promise<{ all: number; behind: number }> => {
    const [row] = await world.engine.query<{ all: number; behind: number }>(
      'select count(*) as "all", count(*) - coalesce((select max(size) from audit_checkpoints), 0) as behind from audit_entries',
    );
    return row ?? { all: 0, behind: 1 };
  };
  await eventually(async () => (await counts()).behind === 0, sequenceLimitMs);
  return (await counts()).all;
}

/** Offline, of an engine that was stopped: the ledger holds every entry, unchanged, under its own key. */
export async function ledgerFaults(world: World, entriesMin: number): Promise<readonly string[]> {
  const ledger = join(world.dataDir, 'ledger');
  const key = (await readFile(join(ledger, 'verifier-key'), 'utf8')).trim();
  const report = await verifyLog(ledger, { publicKeys: [key] });
  const short =
    report.entries < entriesMin
      ? [`the ledger holds ${report.entries} of ${entriesMin} entries`]
      : [];
  return [...report.problems.map((problem) => `${problem.kind}: ${problem.detail}`), ...short];
}

const chunkBytes = 8 * 1_048_576;
const overlapBytes = 4_096;

/** Planted secrets in any file that the engine and its servers wrote. */
export async function leaksAtRest(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(world.dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    let tail = Buffer.alloc(0);
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
      const bytes = Buffer.concat([tail, chunk as Buffer]);
      found.push(
        ...findLeaks(bytes, planted).map((leak) => `${path}: ${leak.kind} as ${leak.form}`),
      );
      tail = bytes.subarray(-overlapBytes);
    }
  }
  return found;
}
