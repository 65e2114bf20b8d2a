import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { falconFake } from '../../connectors/crowdstrike/fake.ts';
import {
  startFake,
  type FakeProduct,
  type FakeReply,
  type RunningFake,
} from '../../connectors/fake-server.ts';
import { sinkFake, sinkFakeOptions } from '../../connectors/generic-http/fake.ts';
import { oktaFake } from '../../connectors/okta/fake.ts';
import { webhookFake, webhookFakeSecret } from '../../connectors/webhook/fake.ts';
import type { Json } from '../../domain/json.ts';
import { readEnvironment } from '../../platform/config.ts';
import { startLaps } from '../../server/laps.ts';
import { openEmbedded, type Embedded } from '../../server/open-embedded.ts';
import { ensureApprovers } from '../../server/demo-people.ts';
import { plantInStrings, type Canary } from './canaries.ts';
import { root } from './repository.ts';

/** The whole stack, before products that put secrets into everything they answer. */
export interface LeakyWorld {
  readonly embedded: Embedded;
  readonly dataDir: string;
  /** What the products were sent; where a capability reveals on purpose is left out. */
  received(): Promise<string>;
  /** Ends the stack and the products; the data stays. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** Fields that the engine compares or addresses by: a product that lies about these is another test. */
const steering = /(?:^|\.)(?:device_id|hostname|status|id|access_token|token_type|external_id)$/;

/** Its answers carry canaries in every other string; the calls that `failing` names are refused at first, with more of them. */
function leaky<State>(
  product: FakeProduct<State>,
  canaries: readonly Canary[],
  failing: readonly string[] = [],
): FakeProduct<State> {
  const left = [...failing];
  let turn = 0;
  const plant = (body: unknown): Json => {
    turn += 1;
    const turned = [...canaries.slice(turn % canaries.length), ...canaries];
    return plantInStrings(
      body as Json,
      turned,
      (path) => !steering.test(path) && !/ids?\.\d+$/.test(path),
    );
  };
  return {
    ...product,
    reply: (request, state): FakeReply => {
      const at = left.findIndex((call) => `${request.method} ${request.path}`.startsWith(call));
      if (at >= 0) {
        left.splice(at, 1);
        const said = plant({ errors: canaries.map(() => ({ code: 503, message: 'no' })) });
        const header = canaries.find((canary) => canary.kind === 'github-token')?.text ?? '';
        return { status: 503, headers: { 'x-reason': header }, body: said };
      }
      const reply = product.reply(request, state);
      // Search results are lists of ids, which the client sends back.
      const isSearch = request.path.includes('/queries/');
      return typeof reply.body === 'object' && !isSearch
        ? { ...reply, body: plant(reply.body) }
        : reply;
    },
  };
}

export interface LeakyOptions {
  readonly canaries: readonly Canary[];
}

export async function openLeakyWorld({ canaries }: LeakyOptions): Promise<LeakyWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-canaries-'));
  // Root's PostgreSQL has a user of its own, which must get to its data.
  await chmod(folder, 0o711);
  const act = 'POST /devices/entities/devices-actions';
  const fakes = {
    edr: await startFake(leaky(falconFake, canaries, [act, 'POST /devices/entities/devices/v2'])),
    idp: await startFake(leaky(oktaFake, canaries)),
    sink: await startFake(leaky(sinkFake, canaries, ['GET /assets', 'POST /tickets'])),
    oncall: await startFake(webhookFake),
  };
  const dataDir = join(folder, 'data');
  const environment = { ...readEnvironment(), dataDir, databaseUrl: null, temporalAddress: null };
  const configPath = await writeConfig(folder, fakes);
  const embedded = await openEmbedded({
    environment,
    configPath,
    laps: startLaps(),
    onStatus: () => undefined,
  });
  await ensureApprovers(embedded);
  return {
    embedded,
    dataDir,
    received: async () => {
      const states = [fakes.sink, fakes.oncall, fakes.edr].map(async ({ url }) =>
        (await fetch(`${url}/__state`)).text(),
      );
      return (await Promise.all(states)).join('\n');
    },
    stop: async () => {
      await embedded.stop();
      await Promise.all(Object.values(fakes).map((fake) => fake.stop()));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The shipped configuration with these products in the place of its fakes, and one playbook that meets them all. */
async function writeConfig(folder: string, fakes: Record<string, RunningFake>): Promise<string> {
  await mkdir(folder, { recursive: true });
  await cp(join(root, 'playbooks'), join(folder, 'playbooks'), { recursive: true });
  await cp(join(root, 'policy'), join(folder, 'policy'), { recursive: true });
  await writeFile(join(folder, 'playbooks', 'leaky.yaml'), leakyPlaybook);
  await append(join(folder, 'policy', 'grants.yaml'), leakyGrants);
  const triage = join(folder, 'policy', 'triage.yaml');
  const rules = await readFile(triage, 'utf8');
  await writeFile(triage, rules.replace('triage:\n', `triage:\n${leakyRules}`));
  await writeFile(join(folder, 'oncall-secret'), webhookFakeSecret, { mode: 0o600 });
  const shipped = await readFile(join(root, 'sallyport.yaml'), 'utf8');
  const config = shipped
    .replace('${FAKE_CROWDSTRIKE_URL}', fakes['edr']?.url ?? '')
    .replace('${FAKE_OKTA_URL}', fakes['idp']?.url ?? '')
    .replace('${FAKE_WEBHOOK_URL}', fakes['oncall']?.url ?? '')
    .replace('file:${SALLYPORT_DATA}/secrets/connection-oncall', `file:${folder}/oncall-secret`)
    .replaceAll('${SALLYPORT_HOME}/fixtures', join(root, 'fixtures'))
    .replace('port: 8321', 'port: 0')
    .replace('connections:\n', `connections:\n${sinkConnection(fakes['sink']?.url ?? '')}`);
  const path = join(folder, 'sallyport.yaml');
  await writeFile(path, `${config}\ntemporal: { port: 0, uiPort: 0 }\n`);
  return path;
}

const append = async (path: string, text: string): Promise<void> =>
  writeFile(path, `${await readFile(path, 'utf8')}${text}`);

const sinkConnection = (url: string): string =>
  `  sink:\n    connector: generic-http\n    address: ${url}\n    egress: { private: true }\n    options: ${JSON.stringify(sinkFakeOptions)}\n`;

const leakyRules = `  - { id: leaky, version: 1, when: "finding.format == 'manual' && finding.title.startsWith('leaky')", do: { kind: run, playbook: leaky } }
  - { id: drafted, version: 1, when: "finding.format == 'manual' && finding.title.startsWith('draft')", do: { kind: draft, reason: unsure } }
  - { id: told, version: 1, when: "finding.format == 'manual' && finding.title.startsWith('tell')", do: { kind: escalate, reason: told } }
`;
const leakyGrants = `  - { playbook: leaky, connection: sink, capabilities: [generic-http.record.read, generic-http.ticket.ensure, generic-http.ticket.comment], fields: ['*'] }
  - { playbook: leaky, connection: oncall, capabilities: [webhook.message.send], fields: ['*'] }
`;
const leakyPlaybook = `playbook: leaky
version: 1
title: Everything that talks
author: tests
steps:
  asset:
    lookup: generic-http.record.read
    connection: sink
    input: { params: { name: web-7 } }
    required: true
    select: { found: $.found, owner: $.fields.owner, criticality: $.fields.criticality }
  absent:
    lookup: generic-http.record.read
    connection: sink
    input:
      params: { name: { path: $.finding.title } }
    select: { found: $.found }
  ticket:
    ticket: ensure
    connection: sink
    form: full
  tell:
    notify: webhook.message.send
    connection: oncall
    input:
      subject: { cel: "'Incident: ' + incident.title" }
      body: { cel: "'Owner: ' + steps.asset.owner + ' ' + finding.description" }
  comment:
    ticket: comment
    connection: sink
    next: done
  done: { end: done }
`;
