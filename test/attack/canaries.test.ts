import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportClosedRuns } from '../../audit/history-export.ts';
import { dispatch } from '../../cli/dispatch.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isSettled, until } from '../../server/settle.ts';
import { listGates, type Gate } from '../../store/gates.ts';
import { makeCanaries, plantInStrings, type Canary } from '../support/canaries.ts';
import { createLeakSearch, type LeakSearch } from '../support/leak-search.ts';
import {
  carriers,
  openedPayloads,
  peopleOf,
  plantedBodies,
  send,
  type Api,
} from '../support/leaky-story.ts';
import { openLeakyWorld, type LeakyWorld } from '../support/leaky-world.ts';

/** Another set for each way in, so that a leak says where it came from. */
const sent = makeCanaries('alert');
const typed = makeCanaries('typed');
const answered = makeCanaries('product');
const refused = makeCanaries('refused');
/** Nothing secret: found where it belongs, it shows that the search would find the others. */
const marker: Canary = {
  kind: 'marker',
  secret: 'these harmless words stay',
  text: 'these harmless words stay',
};
const all = [...sent, ...typed, ...answered, ...refused, marker];

const waiting = { signal: new AbortController().signal, limitMs: 60_000 };
let world: LeakyWorld;
let search: LeakSearch;
let people: Api;
/** What the story came to: without these a silent failure would look like a clean stack. */
const came: Record<string, unknown> = {};

beforeAll(async () => {
  world = await openLeakyWorld({ canaries: answered });
  people = peopleOf(world.embedded);
  await deliver();
  await report();
  await until(() => isSettled(world.embedded.core.db), waiting);
  await actAndUndo();
  await workByHand();
  await until(() => isSettled(world.embedded.core.db), waiting);
  came['talked'] = await talked();
  search = createLeakSearch(all);
  await readEverything();
  await world.stop();
  search.scanFolder(world.dataDir);
}, 115_000);
afterAll(async () => {
  await world.stop().catch(() => undefined);
  await world.remove();
});

/** Every sample with canaries in every string, one that leads to a gate, and what is turned away at the door. */
async function deliver(): Promise<void> {
  const statuses = new Set<number>();
  for (const carrier of carriers())
    for (const body of plantedBodies(carrier, sent))
      statuses.add(await send(world.embedded, carrier.source, body));
  const malware = carriers().find(({ file }) => file === 'falco-dropped-binary.json');
  const steering = ['hostname', 'priority', 'source', 'rule', 'time', 'uuid'];
  const gated = plantInStrings(malware?.payload ?? {}, sent, (path) => !steering.includes(path));
  statuses.add(await send(world.embedded, 'falco', Buffer.from(JSON.stringify(gated))));
  for (const { text } of sent)
    statuses.add(await send(world.embedded, 'falco', Buffer.from(`{"cut": "${text}`)));
  came['alerts'] = [...statuses];
  const turned = new Set<number>();
  for (const { text, secret } of refused) {
    turned.add(await send(world.embedded, encodeURIComponent(secret), Buffer.from(text)));
    turned.add(await sendUnsigned(secret, text));
  }
  came['turned away'] = [...turned];
}

async function sendUnsigned(secret: string, text: string): Promise<number> {
  const headers = {
    authorization: `Bearer ${encodeURIComponent(secret)}`,
    'x-delivery-id': encodeURIComponent(text),
    'user-agent': encodeURIComponent(text),
  };
  const address = `${world.embedded.url}/v1/alerts/falco?token=${encodeURIComponent(secret)}`;
  return (
    await fetch(address, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: text,
    })
  ).status;
}

const inTurn = (canaries: readonly Canary[]): (() => string) => {
  let turn = 0;
  return () => canaries[turn++ % canaries.length]?.text ?? '';
};

/** Reports of people, through the playbook whose products talk, an escalation and a draft. */
async function report(): Promise<void> {
  const statuses = new Set<number>();
  for (const [at, { text }] of typed.entries()) {
    const title = `${['leaky', 'tell', 'draft', 'plain'][at % 4]} ${text}`.slice(0, 256);
    const body = {
      title,
      description: `seen: ${text}`,
      severity: 'high',
      host: text.slice(0, 128),
      user: text.slice(0, 128),
    } as const;
    statuses.add((await people.call('alice', 'POST /v1/incidents', { ...body })).status);
  }
  came['reports'] = [...statuses];
}

async function cli(...words: readonly string[]): Promise<number> {
  const sink = { write: () => undefined, isTerminal: false };
  const stdin = { read: async () => Buffer.alloc(0), isTerminal: false };
  const io = {
    stdout: sink,
    stderr: sink,
    stdin,
    clock: world.embedded.core.clock,
    workingDir: '/',
  };
  return dispatch([...words, '--data', world.dataDir], io);
}

const allTyped = typed
  .map(({ text }) => text)
  .join(' ; ')
  .slice(0, 1_900);

async function actAndUndo(): Promise<void> {
  const { core, config } = world.embedded;
  const gates = await listGates(core.db, { tenant: config.tenant, states: ['open'] });
  const gate = gates.find((each) => each.order.target.id === 'web-7');
  if (gate === undefined) return;
  const [other] = gates.filter((each) => each !== gate);
  came['refused vote'] =
    other === undefined ? null : await cli('reject', other.id, '--as', 'bob', '--reason', allTyped);
  came['vote'] = await cli('approve', gate.id, '--as', 'alice', '--reason', allTyped);
  came['acted'] = await until(() => isDone(gate, 'crowdstrike.host.contain'), waiting);
  await until(() => isSettled(core.db), waiting);
  came['undo'] = await cli('undo', gate.id, '--as', 'bob', '--reason', allTyped);
  came['undone'] = await until(() => isDone(gate, 'crowdstrike.host.lift'), waiting);
}

/** How far the runs came whose products talk. */
async function talked(): Promise<JsonObject> {
  const { db } = world.embedded.core;
  const [row] = await db.query<JsonObject>(
    `select (select count(*) from runs where playbook = 'leaky' and status = 'done') > 0 as ran,
            (select count(*) from effects where capability = 'webhook.message.send' and state = 'done') > 0 as told,
            (select count(*) from audit_entries where type = 'lookup.done' and outcome = 'failed') > 0 as missed,
            (select count(*) from incidents where kind = 'unparsed') > 0 as unread,
            (select count(distinct format) from incidents) >= 9 as formats`,
  );
  return row ?? {};
}

async function isDone(gate: Gate, capability: string): Promise<boolean> {
  const rows = await world.embedded.core.db.query(
    `select key from effects where incident_id = $1 and capability = $2 and state = 'done'`,
    [gate.incidentId, capability],
  );
  return rows.length > 0;
}

const listOf = (body: Json, name: string): readonly JsonObject[] =>
  ((body as JsonObject)[name] ?? []) as readonly JsonObject[];

/** Every other text that the API takes from a person. */
async function workByHand(): Promise<void> {
  const say = inTurn(typed);
  const { body } = await people.call('alice', 'GET /v1/incidents?limit=200');
  const incidents = listOf(body, 'incidents');
  const email = typed.find(({ kind }) => kind === 'email')?.secret ?? '';
  const key = typed.find(({ kind }) => kind === 'aws-access-key-id')?.secret ?? '';
  const statuses: Record<string, number> = {};
  const post = async (as: string, path: string, sentBody: JsonObject): Promise<void> => {
    const { status } = await people.call(as, `POST ${path}`, sentBody);
    statuses[path.replaceAll(/\d+/g, ':n')] = status;
  };
  for (const [at, incident] of incidents.slice(0, 24).entries()) {
    const path = `/v1/incidents/${Number(incident['number'])}`;
    await post('alice', `${path}/notes`, { body: `${marker.text}. ${allTyped}` });
    await post('alice', `${path}/ack`, { reason: say() });
    await post('alice', `${path}/assign`, { assignee: at % 2 === 0 ? email : key, reason: say() });
    await post('alice', '/v1/runs', {
      playbook: 'plain-alert',
      incident: String(Number(incident['number'])),
      rehearse: at % 2 === 0,
    });
    if (incident['state'] === 'draft')
      await post('alice', `${path}/${at % 2 === 0 ? 'promote' : 'dismiss'}`, { reason: say() });
    else if (at % 3 === 0)
      await post('alice', `${path}/close`, { verdict: 'benign', reason: say() });
  }
  for (const scope of [`connector:${key.toLowerCase()}`, 'playbook:policy-violation']) {
    await post('alice', '/v1/stop', { scope, reason: say() });
    await post('bob', '/v1/resume', { scope, reason: say() });
  }
  await post('admin', '/v1/approvers/bob/revoke', { reason: say() });
  await post('alice', '/v1/runs', { playbook: 'no-such-book', incident: '1', rehearse: false });
  came['typed'] = statuses;
  await revealAndAsk(email, key);
}

/** A reveal answers in the clear to whoever asked; nothing but its reason may be kept. */
async function revealAndAsk(email: string, key: string): Promise<void> {
  const { core } = world.embedded;
  const rows = await core.db.query<{ token: string }>(
    `select token from vault where token like '<email:%' limit 1`,
  );
  const shown = await people.call('alice', 'POST /v1/reveal', {
    token: rows[0]?.token ?? '',
    reason: allTyped,
  });
  came['reveal'] = [shown.status, JSON.stringify(shown.body).includes('@')];
  for (const ask of [
    `/v1/audit?actor=${key}&subject=${encodeURIComponent(email)}`,
    `/v1/audit?actor=${encodeURIComponent(email)}`,
    `/v1/incidents?assignee=${encodeURIComponent(email)}`,
    `/v1/incidents/${key}`,
    `/v1/audit/export?run=${key}`,
  ])
    await people.call('auditor', `GET ${ask}`);
}

/** All that can be read while it runs: tables (which TOAST may compress on disk), answers, histories, products. */
async function readEverything(): Promise<void> {
  const { core, config } = world.embedded;
  const { client } = core.temporal;
  came['histories'] = await exportClosedRuns({
    client,
    db: core.db,
    clock: core.clock,
    tenant: config.tenant,
  });
  const { body } = await people.call('alice', 'GET /v1/incidents?limit=200');
  for (const incident of listOf(body, 'incidents').slice(0, 60))
    for (const part of ['', '/explain', '/history'])
      await people.call('alice', `GET /v1/incidents/${Number(incident['number'])}${part}`);
  for (const path of [
    '/v1/audit/export',
    '/v1/audit?limit=200',
    '/v1/rejects?limit=200',
    '/v1/tickets?limit=200',
    '/v1/gates?state=all',
    '/v1/effects?state=failed',
    '/v1/stops',
  ])
    await people.call(path.startsWith('/v1/audit') ? 'auditor' : 'alice', `GET ${path}`);
  search.scan('answers of the API', Buffer.from(people.said()));
  search.scan('what products received', Buffer.from(await world.received()));
  const tables = await core.db.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  for (const { name } of tables)
    for (const { row } of await core.db.query<{ row: string }>(
      `select t::text as row from "${name}" t`,
    ))
      search.scan(`table ${name}`, Buffer.from(row));
  const [codec] = core.converters.carried.payloadCodecs ?? [];
  const payloads = codec === undefined ? [] : await openedPayloads(client, codec);
  came['payloads'] = payloads.length > 100;
  search.scan('opened payloads', Buffer.concat(payloads));
}

describe('canaries in every text that comes in', () => {
  it('took every way through the engine', () => {
    expect(came).toMatchObject({
      alerts: [202],
      vote: 0,
      acted: true,
      undo: 0,
      undone: true,
      reports: [201],
      reveal: [200, true],
    });
    expect(came['talked']).toEqual({
      ran: true,
      told: true,
      missed: true,
      unread: true,
      formats: true,
    });
    expect(came['payloads']).toBe(true);
    expect(came['turned away']).toEqual(expect.arrayContaining([404, 401]));
  });

  it('are in no byte that the engine wrote, answered or sent', () => {
    const found = search.found();
    expect(found.filter((leak) => !leak.includes(marker.kind))).toEqual([]);
    const marked = found.filter((leak) => leak.includes(marker.kind)).join('\n');
    expect(marked).toMatch(/^table notes: /m);
    expect(marked).toMatch(/^postgres\/data\/.*: /m);
    expect(marked).toMatch(/^ledger\/.*: /m);
  });
});
