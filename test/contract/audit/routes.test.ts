import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccess } from '../../../api/access.ts';
import { auditRoutes } from '../../../api/audit-routes.ts';
import { problemFor } from '../../../api/problem.ts';
import { appendEntries } from '../../../audit/append.ts';
import { newEntry } from '../../../audit/entry.ts';
import { createSequencer } from '../../../audit/sequencer.ts';
import { verifyLog } from '../../../audit/verify.ts';
import type { AuditApi } from '../../../cli/audit.ts';
import { createAuditCommand } from '../../../cli/audit.ts';
import { createHistoryCommand } from '../../../cli/history.ts';
import type { CliCommand } from '../../../cli/io.ts';
import { aSigner, logOrigin } from '../../support/audit-log.ts';
import { startTestPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';

const incident = `inc_${'a'.repeat(24)}`;
const signer = aSigner();
const clock = { nowMs: () => Date.parse('2026-01-01T00:00:00.000Z') };
const roles = { audrey: 'auditor', ann: 'analyst', siem: 'source' } as const;
let postgres: TestPostgres;
let dir: string;
let app: FastifyInstance;

beforeAll(async () => {
  postgres = await startTestPostgres();
  dir = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
  await postgres.db.query(
    `insert into incidents (id, tenant, number, correlation_key, state, title, format, kind, source, severity_id, first_seen, last_seen, lead_finding, facts, received_at, changed_by, change_reason)
     values ($1, 't', 7, 'key', 'handled', 'Malware', 'falco', 'x', 's', 4, now(), now(), 'fnd_1', '{}', now(), 'test', 'test')`,
    [incident],
  );
  const actor = { kind: 'service', id: 'triage' } as const;
  const entry = newEntry(
    {
      id: 'e1',
      tenant: 't',
      type: 'triage.decided',
      actor,
      incident,
      run: null,
      subject: null,
      outcome: 'done',
      data: { rule: 'r1' },
    },
    clock,
  );
  await postgres.db.transaction((tx) => appendEntries(tx, [entry]));
  await createSequencer({
    db: postgres.db,
    dir,
    key: signer,
    clock,
    origin: logOrigin,
  }).sequenceOnce();
  app = await serve();
}, 60_000);
afterAll(async () => {
  await app.close();
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
});

async function serve(): Promise<FastifyInstance> {
  const { db } = postgres;
  const tokens = Object.entries(roles).map(([person, role]) => ({
    name: person,
    person,
    roles: [role],
    sha256: createHash('sha256').update(person).digest('hex'),
  }));
  const server = fastify();
  server.setErrorHandler((error, _request, reply) => {
    const { status, body } = problemFor(error);
    return reply.code(status).send(body);
  });
  auditRoutes({
    db,
    clock,
    tenant: 't',
    access: createAccess({ tokens, db, tenant: 't', clock }),
    logDir: dir,
    verifierKey: signer.verifierKey,
    redact: (text) => text.replace('SECRET', '[redacted]'),
    history: (id) =>
      Promise.resolve({
        incident: { id, number: 7, title: 'Malware \u001b[2J', state: 'handled' },
        runs: [],
        ledger: [],
        executions: [
          {
            workflowId: 'triage/x',
            runId: 'r',
            source: 'export',
            events: [
              {
                id: 1,
                time: '2026-01-01T00:00:00.000Z',
                type: 'WorkflowExecutionStarted',
                values: {},
                scheduledBy: null,
                name: 'triage',
              },
            ],
          },
        ],
        gaps: ['something'],
      }),
  })(server);
  return server;
}

const get = (as: string, url: string) =>
  app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${as}` } });

describe('the audit routes', () => {
  test('answer an auditor, and write down what was asked, redacted', async () => {
    const answer = await get('audrey', '/v1/audit?incident=7&subject=SECRET');
    expect(answer.json()).toEqual({ entries: [], next: null });
    const page = (await get('audrey', '/v1/audit?type=audit.read')).json<{ entries: object[] }>();
    expect(page.entries).toMatchObject([
      { actor: { id: 'audrey' }, data: { filter: { incident, subject: '[redacted]' } } },
    ]);
  });

  test.each(['/v1/audit', '/v1/audit/export'])(
    '%s is closed to analysts and sources',
    async (url) => {
      expect((await get('ann', url)).statusCode).toBe(403);
      expect((await get('siem', url)).statusCode).toBe(403);
      expect((await get('nobody', url)).statusCode).toBe(401);
    },
  );

  test('let an analyst read an incident’s history, as an entry of its own', async () => {
    expect((await get('ann', '/v1/incidents/7/history')).statusCode).toBe(200);
    const [row] = await postgres.db.query<{ actor: string }>(
      `select actor from audit_entries where type = 'audit.read' and incident = $1`,
      [incident],
    );
    expect(row?.actor).toBe('person:ann');
  });

  test('give an export that verifies, and write that down', async () => {
    const answer = await get('audrey', `/v1/audit/export?incident=${incident}`);
    const path = join(dir, 'export.jsonl');
    await writeFile(path, answer.body);
    expect(await verifyLog(path, { publicKeys: [signer.verifierKey] })).toMatchObject({
      ok: true,
      entries: 2,
    });
    expect(
      await postgres.db.query(`select 1 from audit_entries where type = 'audit.exported'`),
    ).toHaveLength(1);
  });

  test.each([
    '/v1/audit?type=nonsense',
    '/v1/audit?limit=100000',
    '/v1/audit?from=yesterday',
    '/v1/audit?unknown=1',
    `/v1/audit/export?incident=7&run=x`,
  ])('%s is refused', async (url) => {
    expect((await get('audrey', url)).statusCode).toBe(400);
  });

  test('know no incident that there is not', async () => {
    expect((await get('audrey', '/v1/audit/export?incident=999')).statusCode).toBe(404);
  });
});

describe('the verbs', () => {
  const api: AuditApi = {
    call: async (method, path) =>
      (
        await app.inject({ method, url: path, headers: { authorization: 'Bearer audrey' } })
      ).json<unknown>(),
    download: async (path) => {
      const { rawPayload } = await get('audrey', path);
      return (async function* () {
        yield rawPayload;
      })();
    },
  };

  async function run(command: CliCommand, ...args: string[]): Promise<string> {
    let out = '';
    const sink = { write: (text: string) => void (out += text), isTerminal: false };
    const stdin = { read: () => Promise.resolve(Buffer.alloc(0)), isTerminal: false };
    expect(await command(args, { stdout: sink, stderr: sink, stdin, clock, workingDir: dir })).toBe(
      0,
    );
    return out;
  }

  test('`audit query` prints an entry a line', async () => {
    expect(await run(createAuditCommand(api), 'query', '--type', 'triage')).toMatch(
      /#1 2026-01-01T00:00:00.000Z triage.decided +done +service:triage inc_a{24}\n$/,
    );
  });

  test('`audit export --out` writes a file that `verify` accepts, and never over another', async () => {
    await run(createAuditCommand(api), 'export', '--out', 'whole.jsonl');
    expect(
      (await verifyLog(join(dir, 'whole.jsonl'), { publicKeys: [signer.verifierKey] })).ok,
    ).toBe(true);
    await expect(
      run(createAuditCommand(api), 'export', '--out', 'whole.jsonl'),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('`audit checkpoint` prints the note and the key', async () => {
    const out = await run(createAuditCommand(api), 'checkpoint');
    expect(out).toContain(`${logOrigin}\n3\n`);
    expect(out).toContain(signer.verifierKey);
  });

  test('`history` shows both books by time, with foreign text made harmless', async () => {
    const out = await run(createHistoryCommand(api), '7');
    expect(out).toContain('triage/x (export) 1 WorkflowExecutionStarted triage');
    expect(out).toContain('missing: something');
    expect(out).not.toContain('\u001b');
  });
});
