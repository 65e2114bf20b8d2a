import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf } from '../../domain/digest.ts';
import { verifyVote } from '../../platform/signature.ts';
import { createSigningKey } from '../../platform/signature.ts';
import { addApprover } from '../../store/approvers.ts';
import { decideAndRecord } from '../../store/votes.ts';
import type { Court } from '../support/approvals.ts';
import { court, insertIncident, testClock } from '../support/approvals.ts';
import { aRule, anOrder, openedMs } from '../support/orders.ts';
import type { PeopleApi } from '../support/people-api.ts';
import { peopleApi, tokenOf } from '../support/people-api.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestPostgres } from '../support/postgres.ts';
import type { Terminal } from '../support/terminal.ts';
import { terminal } from '../support/terminal.ts';

const incidentId = idOf('inc', 'test', 1);
let postgres: TestPostgres;
let dir: string;
let api: PeopleApi;
let at: Court;
let sh: Terminal;

beforeAll(async () => {
  postgres = await startTestPostgres();
  dir = await mkdtemp(join(tmpdir(), 'cli-'));
  const clock = testClock(openedMs);
  at = court(postgres.db, clock);
  api = peopleApi(postgres.db, clock);
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const secret = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const names = ['carol', 'dave', 'alice', 'audrey', 'root'];
  const tokens = Object.fromEntries(
    await Promise.all(
      names.map(
        async (name) => [name, await secret(`token-${name}`, `${tokenOf(name)}\n`)] as const,
      ),
    ),
  );
  const pems = { carol: createSigningKey(), dave: createSigningKey(), alice: createSigningKey() };
  const keys = Object.fromEntries(
    await Promise.all(
      Object.entries(pems).map(
        async ([name, made]) => [name, await secret(`${name}.pem`, made.pem)] as const,
      ),
    ),
  );
  await secret(
    'cli.json',
    JSON.stringify({
      schema: 1,
      url,
      dataDir: dir,
      tokens,
      keys,
      roles: {
        carol: ['approver'],
        dave: ['approver'],
        alice: ['analyst', 'approver'],
        audrey: ['auditor'],
        root: ['admin'],
      },
    }),
  );
  sh = terminal({ clock, workingDir: dir });
  const by = { tenant: 'acme', actor: { kind: 'service', id: 'test' }, reason: 'on duty' } as const;
  for (const [id, made] of Object.entries(pems)) {
    await postgres.db.transaction((tx) =>
      addApprover(
        tx,
        {
          ...by,
          id,
          person: id,
          kind: 'person',
          groups: ['responders'],
          publicKeys: [made.key.publicKey],
        },
        clock,
      ),
    );
  }
  api.deliver(async ({ voteId }) => {
    await postgres.db.transaction((tx) =>
      decideAndRecord(tx, voteId, { verifySignature: verifyVote, clock }),
    );
    return 'delivered';
  });
}, 60_000);
afterAll(async () => {
  await api.app.close();
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await postgres.db.query(
    'truncate gates, votes, warrants, switches, effects, incidents, notes cascade',
  );
  await insertIncident(postgres.db, incidentId);
});

const cli = (...argv: string[]): ReturnType<Terminal['run']> => sh.run(...argv, '--data', dir);

describe('the command', () => {
  it('says what it knows, and what it does not', async () => {
    expect(await sh.run('help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('approve'),
    });
    expect(await sh.run('help', 'approve')).toMatchObject({
      code: 0,
      out: expect.stringContaining('--reason'),
    });
    expect(await sh.run('aprove')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no verb "aprove"'),
    });
    expect(await cli('gates', '--sate', 'all')).toMatchObject({ code: 2, out: '' });
  });

  it('says how to start an engine where there is none', async () => {
    expect(await sh.run('gates', '--data', join(dir, 'nowhere'))).toMatchObject({
      code: 4,
      err: expect.stringContaining('npm start'),
    });
  });

  it('sends no token in the clear to another machine', async () => {
    expect(
      await sh.run(
        'gates',
        '--server',
        'http://sallyport.example',
        '--token-file',
        join(dir, 'token-carol'),
      ),
    ).toMatchObject({ code: 2, err: expect.stringContaining('https') });
  });

  it('shows the detail of a problem and what to do', async () => {
    expect(await cli('incident', 'show', '999999')).toMatchObject({
      code: 4,
      err: expect.stringContaining('NOT_FOUND'),
    });
    expect(await cli('stop', 'everything', '--reason', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('body.scope'),
    });
  });
});

describe('a decision from the command line', () => {
  it('shows the order whole, signs it on this machine and is counted', async () => {
    const long = 'x'.repeat(20_000);
    const gate = await at.open(
      anOrder({ incidentId, parameters: { host: 'db-10', why: long }, rule: aRule({ quorum: 1 }) }),
    );
    expect((await cli('gates')).out).toContain(gate.id);
    const shown = (await cli('gate', 'show', gate.id, '--as', 'carol')).out;
    expect(shown).toContain(long);
    expect(shown).toContain(gate.orderDigest);
    expect(
      await cli(
        'approve',
        gate.id,
        '--reason',
        'confirmed',
        '--digest',
        gate.orderDigest.slice(0, 12),
        '--as',
        'carol',
      ),
    ).toMatchObject({ code: 0, out: expect.stringContaining('the gate is approved') });
  });

  it('is refused with its reason', async () => {
    const gate = await at.open(anOrder({ incidentId, nonce: 'n-2' }));
    expect(await cli('approve', gate.id, '--reason', 'mine', '--as', 'alice')).toMatchObject({
      code: 1,
      err: expect.stringContaining('requester'),
    });
  });

  it('is not signed where the digest is another than the one that was read', async () => {
    const gate = await at.open(anOrder({ incidentId, nonce: 'n-3' }));
    expect(
      await cli('approve', gate.id, '--reason', 'ok', '--digest', '000000000000', '--as', 'carol'),
    ).toMatchObject({ code: 2 });
    expect(await postgres.db.query('select 1 from votes')).toEqual([]);
  });

  it('is not signed where the server shows another order than its digest names', async () => {
    const gate = await at.open(anOrder({ incidentId, nonce: 'n-4' }));
    await postgres.db.query(
      `update gates set order_body = jsonb_set(order_body, '{target,id}', '"dc-01"')`,
    );
    expect(await cli('approve', gate.id, '--reason', 'ok', '--as', 'carol')).toMatchObject({
      code: 1,
      err: expect.stringContaining('do not sign'),
    });
    expect(await postgres.db.query('select 1 from votes')).toEqual([]);
  });

  it('can be made with flags alone, as on somebody’s own laptop', async () => {
    const gate = await at.open(anOrder({ incidentId, nonce: 'n-5' }));
    const { url } = JSON.parse(await readFile(join(dir, 'cli.json'), 'utf8')) as { url: string };
    const answer = await sh.run(
      'reject',
      gate.id,
      '--reason',
      'not this host',
      '--as',
      'dave',
      '--key',
      'dave.pem',
      '--server',
      url,
      '--token-file',
      'token-dave',
      '--json',
    );
    expect(answer.code).toBe(0);
    expect(JSON.parse(answer.out)).toMatchObject({ verdict: 'counted', gate: { state: 'denied' } });
  });
});

describe('text from outside', () => {
  it('cannot write to the terminal on its own', async () => {
    await postgres.db.query(`update incidents set title = $1`, [
      '\u001b[2Jgone\u202e\u0007\nINJECTED #1 closed',
    ]);
    for (const argv of [
      ['incident', 'list'],
      ['incident', 'show', incidentId],
      ['incident', 'show', incidentId, '--json'],
    ]) {
      const { out } = await cli(...argv);
      expect(out).toContain('gone');
      for (const char of ['\u001b', '\u202e', '\u0007']) expect(out).not.toContain(char);
      expect(out).not.toMatch(/^INJECTED/m);
    }
  });
});

describe('incidents, stops and approvers from the command line', () => {
  it('are worked on', async () => {
    expect((await cli('incident', 'ack', incidentId, '--as', 'alice')).out).toContain('alice');
    expect((await cli('incident', 'note', incidentId, 'looked at it', '--as', 'alice')).code).toBe(
      0,
    );
    expect(
      (await cli('incident', 'close', incidentId, '--verdict', 'benign', '--as', 'alice')).err,
    ).toContain('--reason is missing');
    expect(
      (
        await cli(
          'incident',
          'close',
          incidentId,
          '--verdict',
          'benign',
          '--reason',
          'a drill',
          '--as',
          'alice',
        )
      ).out,
    ).toContain('closed, alice, benign');
    expect((await cli('incident', 'show', incidentId, '--as', 'audrey')).out).toMatch(
      /note .*looked at it/,
    );
  });

  it('take the person who has the role, and say so', async () => {
    const { key } = createSigningKey();
    const added = await cli(
      'approver',
      'add',
      'frank',
      '--public-key',
      key.publicKey,
      '--group',
      'responders',
      '--reason',
      'joined',
    );
    expect(added).toMatchObject({ code: 0, err: 'as root\n' });
    expect((await cli('approver', 'list')).out).toContain(key.keyId);
    expect((await cli('approver', 'revoke', 'frank', '--reason', 'left')).out).toContain('revoked');
  });

  it('make a key that only its owner can read', async () => {
    expect((await cli('approver', 'keygen', 'new.pem', '--json')).code).toBe(0);
    expect((await cli('approver', 'keygen', 'new.pem')).err).toContain('exists');
  });

  it('stop and resume', async () => {
    expect((await cli('stop', 'tickets', '--reason', 'storm')).out).toContain('tickets is stopped');
    expect((await cli('stops')).out).toMatch(/tickets .*storm/);
    expect((await cli('resume', 'tickets', '--reason', 'over')).out).toContain(
      'stopped now: nothing',
    );
  });

  it('ask for runs, with the requester named by the token', async () => {
    expect(
      (await cli('run', 'plain-alert', '--incident', incidentId, '--rehearse', '--as', 'alice'))
        .out,
    ).toContain('plain-alert@1');
  });
});
