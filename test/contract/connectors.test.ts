import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Capability, CallContext } from '../../connectors/contract.ts';
import { nothingHappened } from '../../connectors/contract.ts';
import type { Fault } from '../../connectors/fake-server.ts';
import { allManifests, capabilityNamed } from '../../connectors/registry.ts';
import { isErrorCode } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { openProduct, type ProductWorld } from '../support/connector-world.ts';

/** One capability of one product, and how the suite sees from outside what it did. */
interface Row {
  readonly name: string;
  readonly input: JsonObject;
  /** The product's path that does it; faults hit this one. */
  readonly path: string;
  /** Brings the product to where the capability has something to do. */
  readonly before?: { readonly name: string; readonly input: JsonObject };
  /** How many effects of the capability the product holds. */
  readonly effects?: (state: Record<string, unknown>) => number;
}

const host = { host: 'web-7' };
const user = { login: 'dana@corp.example' };
const key = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
const ticket = {
  externalKey: 'ticket-key-1',
  title: 'Malware',
  body: 'Text',
  priority: 'P1',
  team: 'soc',
};
const comment = { ticketId: '1', key: 'comment-key-1', body: 'Seen again' };
const listOf = (state: Record<string, unknown>, name: string): readonly Record<string, unknown>[] =>
  state[name] as Record<string, unknown>[];
const done = (verb: string, field: string) => (state: Record<string, unknown>) =>
  listOf(state, 'actions').filter((action) => action[field] === verb).length;
const commentsOn = (list: string) => (state: Record<string, unknown>) =>
  (listOf(state, list)[0]?.['comments'] as unknown[] | undefined)?.length ?? 0;

const ensureAt = (connector: string): NonNullable<Row['before']> => ({
  name: `${connector}.ticket.ensure`,
  input: ticket,
});

const writes: readonly Row[] = [
  {
    name: 'crowdstrike.host.contain',
    input: host,
    path: 'POST /devices/entities/devices-actions/v2',
    effects: done('contain', 'action'),
  },
  {
    name: 'crowdstrike.host.lift',
    input: host,
    path: 'POST /devices/entities/devices-actions/v2',
    before: { name: 'crowdstrike.host.contain', input: host },
    effects: done('lift_containment', 'action'),
  },
  {
    name: 'okta.user.suspend',
    input: user,
    path: 'POST /api/v1/users',
    effects: done('suspend', 'verb'),
  },
  {
    name: 'okta.user.unsuspend',
    input: user,
    path: 'POST /api/v1/users',
    before: { name: 'okta.user.suspend', input: user },
    effects: done('unsuspend', 'verb'),
  },
  {
    name: 'github.ticket.ensure',
    input: ticket,
    path: 'POST /repos/corp/incidents/issues',
    effects: (state) => listOf(state, 'issues').length,
  },
  {
    name: 'github.ticket.comment',
    input: comment,
    path: 'POST /repos/corp/incidents/issues/1/comments',
    before: ensureAt('github'),
    effects: commentsOn('issues'),
  },
  {
    name: 'github.ticket.update',
    input: { ticketId: '1', title: 'Renamed' },
    path: 'PATCH /repos/corp/incidents/issues/1',
    before: ensureAt('github'),
    effects: (state) => listOf(state, 'issues').filter(({ title }) => title === 'Renamed').length,
  },
  {
    name: 'github.ticket.transition',
    input: { ticketId: '1', status: 'closed' },
    path: 'PATCH /repos/corp/incidents/issues/1',
    before: ensureAt('github'),
    effects: (state) =>
      listOf(state, 'issues').filter((issue) => issue['state'] === 'closed').length,
  },
  {
    name: 'generic-http.ticket.ensure',
    input: ticket,
    path: 'POST /tickets',
    effects: (state) => listOf(state, 'tickets').length,
  },
  {
    name: 'generic-http.ticket.comment',
    input: comment,
    path: 'POST /tickets/1/comments',
    before: ensureAt('generic-http'),
    effects: commentsOn('tickets'),
  },
  {
    name: 'webhook.message.send',
    input: { subject: 'Look', body: 'Text' },
    path: 'POST /',
    effects: (state) => Object.keys(state['messages'] as object).length,
  },
];

/** IAM has one path for all, so its writes are told apart by what they do; see the tests of its own below. */
const iamWrites: readonly Row[] = [
  {
    name: 'aws-iam.key.deactivate',
    input: key,
    path: 'POST /',
    effects: done('Inactive', 'status'),
  },
  {
    name: 'aws-iam.key.activate',
    input: key,
    path: 'POST /',
    before: { name: 'aws-iam.key.deactivate', input: key },
    effects: done('Active', 'status'),
  },
];

const reads: readonly Row[] = [
  { name: 'crowdstrike.host.find', input: host, path: 'GET /devices' },
  { name: 'crowdstrike.host.read', input: host, path: 'POST /devices/entities/devices/v2' },
  { name: 'okta.user.read', input: user, path: 'GET /api' },
  { name: 'aws-iam.key.read', input: key, path: 'POST /' },
  { name: 'github.ticket.find', input: { externalKey: 'ticket-key-1' }, path: 'GET /repos' },
  {
    name: 'generic-http.ticket.find',
    input: { externalKey: 'ticket-key-1' },
    path: 'GET /tickets',
  },
  {
    name: 'github.ticket.status',
    input: { ticketId: '1', externalKey: 'ticket-key-1' },
    path: 'GET /repos/corp/incidents/issues/1',
    before: ensureAt('github'),
  },
  {
    name: 'generic-http.ticket.status',
    input: { ticketId: '1', externalKey: 'ticket-key-1' },
    path: 'GET /tickets',
    before: ensureAt('generic-http'),
  },
  { name: 'generic-http.record.read', input: { params: { name: 'web-7' } }, path: 'GET /assets' },
];

let world: ProductWorld;
const connectorOf = (name: string): string => name.split('.')[0] ?? '';

function capability(name: string): Capability {
  const found = capabilityNamed(name);
  if (found === null) throw new TypeError(`no capability ${name}`);
  return found;
}

async function perform(
  name: string,
  input: JsonObject,
  ctx: CallContext = world.ctx,
): Promise<{ code: string; retryAfterMs?: number; output?: JsonObject }> {
  try {
    return { code: 'ok', output: await capability(name).call(input, ctx) };
  } catch (error) {
    const { code = 'none', retryAfterMs } = error as { code?: string; retryAfterMs?: number };
    return retryAfterMs === undefined ? { code } : { code, retryAfterMs };
  }
}

/** What the executor does: settle what is unknown, repeat only what certainly did not happen. */
async function performToTheEnd(row: Row): Promise<string> {
  const first = await perform(row.name, row.input);
  if (first.code === 'ok') return first.code;
  const settled =
    isErrorCode(first.code) && nothingHappened(first.code)
      ? { kind: 'absent' }
      : await capability(row.name).settle(row.input, world.ctx);
  if (settled.kind === 'absent') return (await perform(row.name, row.input)).code;
  return settled.kind;
}

const effectsOf = async (row: Row): Promise<number> =>
  row.effects?.((await world.holds()).state) ?? 0;

interface FaultCase {
  readonly fault: Partial<Fault> & Pick<Fault, 'mode'>;
  readonly code: string;
  readonly settled: 'done' | 'absent';
}

const lost = 'EFFECT_UNKNOWN';
const writeFaults: Readonly<Record<string, FaultCase>> = {
  'cut before it is done': { fault: { mode: 'before' }, code: lost, settled: 'absent' },
  'cut after it is done': { fault: { mode: 'after' }, code: lost, settled: 'done' },
  'done and never answered': { fault: { mode: 'slow' }, code: lost, settled: 'done' },
  'done and half answered': { fault: { mode: 'half' }, code: lost, settled: 'done' },
  'done and answered with garbage': { fault: { mode: 'garbage' }, code: lost, settled: 'done' },
  'answered 503': { fault: { mode: 'status', status: 503 }, code: lost, settled: 'absent' },
};
const readFaults: Readonly<Record<string, Pick<FaultCase, 'fault' | 'code'>>> = {
  'cut before it answers': { fault: { mode: 'before' }, code: 'VENDOR_UNAVAILABLE' },
  'never answered': { fault: { mode: 'slow' }, code: 'VENDOR_UNAVAILABLE' },
  'half answered': { fault: { mode: 'half' }, code: 'VENDOR_UNAVAILABLE' },
  'answered with garbage': { fault: { mode: 'garbage' }, code: 'RESPONSE_INVALID' },
  'answered 500': { fault: { mode: 'status', status: 500 }, code: 'VENDOR_UNAVAILABLE' },
  'answered 403': { fault: { mode: 'status', status: 403 }, code: 'VENDOR_DENIED' },
};

describe.each([...writes, ...iamWrites])('$name', (row) => {
  beforeEach(async () => {
    world = await openProduct(connectorOf(row.name));
    if (row.before !== undefined)
      expect((await perform(row.before.name, row.before.input)).code).toBe('ok');
  });
  afterEach(() => world.close());

  it('does it, once', async () => {
    expect((await perform(row.name, row.input)).code).toBe('ok');
    expect(await effectsOf(row)).toBe(1);
  });

  it('finds by itself that it was done, when it is asked again with the same key', async () => {
    await perform(row.name, row.input);
    const again = capability(row.name);
    if (row.name === 'generic-http.ticket.ensure' || row.name === 'generic-http.ticket.comment') {
      expect(await again.settle(again.parseInput(row.input), world.ctx)).toMatchObject({
        kind: 'done',
      });
    } else {
      expect((await perform(row.name, row.input)).code).toBe('ok');
    }
    expect(await effectsOf(row)).toBe(1);
  });

  it('is certain that nothing happened where the product cannot be reached', async () => {
    await world.stopProduct();
    const { code } = await perform(row.name, row.input);
    expect(code).toBe('VENDOR_UNAVAILABLE');
    expect(nothingHappened('VENDOR_UNAVAILABLE')).toBe(true);
  });

  it('passes on when to come back, where the product limits the rate', async () => {
    await world.fail({ mode: 'status', status: 429, retryAfter: '7', match: row.path });
    expect(await perform(row.name, row.input)).toMatchObject({
      code: 'VENDOR_THROTTLED',
      retryAfterMs: 7_000,
    });
    expect(await effectsOf(row)).toBe(0);
  });

  it('refuses input with an unknown field', async () => {
    expect((await perform(row.name, { ...row.input, extra: 1 })).code).toBe('INPUT_INVALID');
  });
});

describe.each(writes)('$name with its answer lost', (row) => {
  beforeEach(async () => {
    world = await openProduct(connectorOf(row.name));
    if (row.before !== undefined) await perform(row.before.name, row.before.input);
  });
  afterEach(() => world.close());

  for (const [how, { fault, code, settled }] of Object.entries(writeFaults)) {
    it(`${how}: it is unknown, settled, and done exactly once`, async () => {
      await world.fail({ ...fault, match: row.path });
      const first = await perform(row.name, row.input);
      if (row.name.startsWith('webhook.')) {
        // A receiver says nothing in its body, so whatever it says behind a 2xx is fine; repeats are its to drop.
        expect(first.code).toBe(fault.mode === 'garbage' ? 'ok' : code);
      } else {
        expect(first.code).toBe(code);
        expect(await capability(row.name).settle(row.input, world.ctx)).toMatchObject({
          kind: settled,
        });
      }
      expect(['ok', 'done']).toContain(settled === 'done' ? 'done' : await performToTheEnd(row));
      expect(await effectsOf(row)).toBe(1);
    });
  }
});

describe.each(reads)('$name', (row) => {
  beforeEach(async () => {
    world = await openProduct(connectorOf(row.name));
    if (row.before !== undefined) await perform(row.before.name, row.before.input);
  });
  afterEach(() => world.close());

  it('answers in the shape that its manifest states', async () => {
    expect((await perform(row.name, row.input)).code).toBe('ok');
  });

  for (const [how, { fault, code }] of Object.entries(readFaults)) {
    it(`${how}: ${code}`, async () => {
      await world.fail({ ...fault, match: row.path });
      expect((await perform(row.name, row.input)).code).toBe(code);
    });
  }
});

describe.each(iamWrites)('$name with its answer lost', (row) => {
  beforeEach(async () => {
    world = await openProduct('aws-iam');
    if (row.before !== undefined) await perform(row.before.name, row.before.input);
  });
  afterEach(() => world.close());

  // Two reads come before the write on the same path: a fault that hits one of them is a read's.
  it('a read before it that fails leaves the world as it was', async () => {
    await world.fail({ mode: 'before', match: row.path });
    expect((await perform(row.name, row.input)).code).toBe('VENDOR_UNAVAILABLE');
    expect(await effectsOf(row)).toBe(0);
  });

  for (const mode of ['after', 'slow', 'half', 'garbage'] as const) {
    it(`${mode}: it is unknown, found done, and done exactly once`, async () => {
      await failThirdCall(mode);
      expect((await perform(row.name, row.input)).code).toBe(lost);
      expect(await capability(row.name).settle(row.input, world.ctx)).toMatchObject({
        kind: 'done',
      });
      expect(await effectsOf(row)).toBe(1);
    });
  }

  async function failThirdCall(mode: Fault['mode']): Promise<void> {
    await world.fail({ mode, match: row.path, skip: 2 });
  }
});

describe('undo', () => {
  afterEach(() => world.close());

  const undoable = allManifests().flatMap(({ capabilities }) =>
    capabilities.filter(({ undo }) => undo !== null),
  );
  const inputs: Readonly<Record<string, JsonObject>> = {
    crowdstrike: host,
    okta: user,
    'aws-iam': key,
  };

  it('is stated by everything disruptive, both ways', () => {
    for (const { name, effect, undo } of undoable) {
      expect([name, effect]).toEqual([name, 'disruptive']);
      expect(capability(undo ?? '').manifest.undo).toBe(name);
    }
    expect(undoable).toHaveLength(6);
  });

  it.each(['crowdstrike.host.contain', 'okta.user.suspend', 'aws-iam.key.deactivate'])(
    'of %s restores what the precondition reads',
    async (name) => {
      const input = inputs[connectorOf(name)] ?? {};
      world = await openProduct(connectorOf(name));
      const { undo, precondition } = capability(name).manifest;
      const state = async (): Promise<unknown> =>
        Object.fromEntries(
          Object.entries(
            (await perform(precondition?.capability ?? '', input)).output ?? {},
          ).filter(([field]) => precondition?.fields.includes(field)),
        );
      const before = await state();
      await perform(name, input);
      expect(await state()).not.toEqual(before);
      await perform(undo ?? '', input);
      expect(await state()).toEqual(before);
      expect(Object.keys(before as object)).toEqual(precondition?.fields);
    },
  );
});
