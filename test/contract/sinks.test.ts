import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, describe, expect, it } from 'vitest';
import { capabilityNamed } from '../../connectors/registry.ts';
import { startMailFake } from '../../connectors/smtp/fake.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { systemClock } from '../../platform/clock.ts';
import { createEgress } from '../../platform/http.ts';
import { createRedactingInterceptor } from '../../activities/redacting-interceptor.ts';
import { profiles, profileNames } from '../../redaction/profiles.ts';
import { readPolicies } from '../../redaction/read-policies.ts';
import { createLogger } from '../../platform/logger.ts';
import { createDataConverter } from '../../platform/payload-codec.ts';
import { outwards } from '../../server/outwards.ts';
import { findLeaks, makeCanaries, type Leak } from '../support/canaries.ts';
import { aConnection, aContext } from '../support/connector-world.ts';
import { filesOfRepository, textOf } from '../support/repository.ts';
import { aKeyRing, aRedactor } from '../unit/redaction/a-redactor.ts';

const rooms = filesOfRepository().filter((path) =>
  /^(activities|api|audit|catalog|cli|connectors|domain|intake|platform|server|store|workflows)\/.*\.ts$/.test(
    path,
  ),
);

interface Sink {
  /** How data leaves: a file of the rooms in which this stands writes to the outside. */
  readonly written: RegExp;
  /** Each such file, and what in it (or in another file: `path` then pattern) shows that the data is redacted, or why it carries none. */
  readonly files: { readonly [path: string]: RegExp | readonly [string, RegExp] };
}

const ownState = /[^]/;
const byExecutor = ['server/originals.ts', /const shown = outwards\(/] as const;

/** Where data leaves the process or is stored. A new place is not in this list: it fails, until it redacts and says so here. */
const sinks: { readonly [name: string]: Sink } = {
  'log lines': {
    written: /\bpino\(/,
    files: { 'platform/logger.ts': /options\.redactText\(/ },
  },
  'the terminal and standard error': {
    written: /process\.(?:stdout|stderr)\.write\(|console\.(?:log|error|warn|info)\(/,
    files: {
      // Verbs print what the API answered, which is redacted, or what their user gave them.
      'cli/main.ts': /const io: CliIo/,
      // Fakes of other people's products, for tests and trials.
      'server/fakes-main.ts': /fakes/,
    },
  },
  'results and errors of activities, into the history': {
    written: /Worker\.create\(/,
    files: { 'server/workers.ts': /createRedactingInterceptor\(/ },
  },
  'payloads of the history': {
    written: /\bpayloadCodecs\b/,
    files: { 'platform/payload-codec.ts': /payloadCodecs: \[createPayloadCodec\(options\)\]/ },
  },
  'payloads of the history, by who makes them': {
    written: /\bcreateDataConverter\(/,
    files: {
      'platform/payload-codec.ts': /look\(data\)/,
      'server/converters.ts': /look: reporting\(deps, look\)/,
    },
  },
  'problem documents': {
    written: /\bproblemFor\(error\)/,
    files: { 'server/http.ts': /deps\.redactText\(problem\.body\.detail\)/ },
  },
  'entries of the ledger': {
    // One place writes them; what they tell was redacted where it came in, which `test/attack/canaries.test.ts` reads after.
    written: /insert into audit_entries/,
    files: { 'audit/append.ts': ['server/originals.ts', /redact: \(value\) =>/] },
  },
  mail: {
    written: /from 'nodemailer\//,
    files: { 'connectors/smtp/client.ts': byExecutor },
  },
  'requests to other products, tickets and chats': {
    written: /from 'undici'|\bnew Pool\(/,
    files: {
      'platform/egress-connect.ts': byExecutor,
      'platform/egress-exchange.ts': byExecutor,
      'platform/http.ts': byExecutor,
    },
  },
  files: {
    written:
      /\b(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|writeSync)\(/,
    files: {
      // Checkpoints and tiles: hashes of entries.
      'audit/tile-files.ts': /checkpoints\.jsonl/,
      'catalog/write-playbook-schema.ts': /playbook\.schema\.json/,
      // What the API exports, for its own user.
      'cli/audit.ts': /mode: 0o600/,
      'connectors/fake-server.ts': /memory/,
      'connectors/fakes.ts': /urls/,
      'connectors/smtp/fake.ts': /state/,
      // Keys and facts of the engine's own making.
      'platform/keyring.ts': /newKeyFile\(\)/,
      'platform/private-file.ts': ownState,
      // Copies of the database, which holds what was redacted.
      'server/backup.ts': /manifest/,
      // What embedded servers say of themselves.
      'server/child-output.ts': /0o600/,
      'server/demo-people.ts': ownState,
      'server/embedded-secrets.ts': ownState,
      'server/lock.ts': ownState,
      'server/own-namespace.ts': ownState,
      'server/postgres-cluster.ts': ownState,
      'server/process-record.ts': ownState,
      'server/temporal.ts': ownState,
      'server/verifier-key.ts': ownState,
    },
  },
};

const filesWith = (pattern: RegExp): readonly string[] =>
  rooms.filter((path) => pattern.test(textOf(path)));

describe('a place where data leaves', () => {
  it.each(Object.entries(sinks))(
    '%s: every file that writes there is known and redacts',
    (_, sink) => {
      expect(filesWith(sink.written)).toEqual(Object.keys(sink.files).sort());
      for (const [path, evidence] of Object.entries(sink.files)) {
        const [file, pattern] = evidence instanceof RegExp ? [path, evidence] : evidence;
        expect(textOf(file), path).toMatch(pattern);
      }
    },
  );

  it.each([
    [
      'intake, before anything is stored',
      'intake/redact-draft.ts',
      /redactor\.redact\(asJson\(foreign\)\)/,
    ],
    ['deploy events', 'intake/deploy-routes.ts', /redactor\.redact\(foreign\)/],
    ['what people type', 'api/typed-text.ts', /redactor\.redactText\(text\)/],
    ['rejected deliveries', 'intake/rejects.ts', /deps\.redactText\(head\)/],
    ['answers of lookups', 'activities/lookup.ts', /deps\.redact\(/],
    [
      'answers of actions, tickets and notifications',
      'activities/perform-effect.ts',
      /deps\.redact\(/,
    ],
    [
      'results and thrown errors of every activity',
      'activities/redacting-interceptor.ts',
      /deps\.redactor\.redact\(result\)[^]*redactError\(deps\.redactor, error\)/,
    ],
  ])('%s is redacted where it passes', (_, path, evidence) => {
    expect(textOf(path)).toMatch(evidence);
  });
});

const canaries = makeCanaries('sinks');
const marker = 'these harmless words stay';
const egress = createEgress({ clock: systemClock });
const folder = mkdtempSync(join(tmpdir(), 'sallyport-sinks-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterAll(() => egress.close());
const redactor = aRedactor();
const said = canaries.map(({ text }) => text);
const leaks = (bytes: Buffer | string): readonly Leak[] =>
  findLeaks(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes), canaries);

/** What arrives where the real code of a sink is given all canaries; the marker shows that something arrived. */
const arrived: { readonly [sink: string]: () => Promise<Buffer | string> } = {
  'a log file': () => {
    const file = join(folder, 'log.jsonl');
    const logger = createLogger({
      level: 'debug',
      file,
      process: 'sinks',
      redactText: (text) => redactor.redactText(text).text,
    });
    for (const text of said) {
      logger.info(text);
      logger.warn({ text, [text]: 1, list: [{ text }], error: new Error(text) }, text);
      logger.error({ err: new Error('outer', { cause: new Error(text) }) }, marker);
    }
    return Promise.resolve(readFileSync(file));
  },
  'results of activities': async () => {
    const result: unknown = await border(() => Promise.resolve({ said, marker }));
    return JSON.stringify(result);
  },
  'errors of activities': async () => {
    const errors = await Promise.all(
      said.map((text) =>
        border(() =>
          Promise.reject(new Error(`${marker} ${text}`, { cause: new Error(text) })),
        ).then(() => 'no error', everythingOf),
      ),
    );
    return errors.join('\n');
  },
  'tickets under a strict policy': () => Promise.resolve(outside('ticket')),
  'notifications under a strict policy': () => Promise.resolve(outside('notify')),
  'a mail about what came in': () => {
    const { value } = redactor.redact({ subject: `${marker} ${said[0]}`, body: said.join('\n') });
    return mailed(isObject(value) ? value : {});
  },
  'a mail under a strict policy': () =>
    mailed({ subject: outside('notify').slice(0, 200), body: outside('notify') }),
};

/** What a mail server gets of a message, in a conversation of its own: as it was sent, and as a reader shows it. */
async function mailed(message: JsonObject): Promise<string> {
  const server = await startMailFake();
  try {
    const connection = aConnection({
      connector: 'smtp',
      address: server.url,
      secret: 'fake-user:fake-password',
      options: { from: 'sallyport@corp.example', to: ['soc@corp.example'] },
    });
    await capabilityNamed('smtp.message.send')?.call(message, aContext(connection, egress));
    const sent = server.mails().map(({ raw }) => raw);
    return [...sent, ...sent.map(readable)].join('\n');
  } finally {
    await server.stop();
  }
}

/** Without quoted-printable's line ends and escapes. Base64 is seen through by the search for leaks. */
const readable = (raw: string): string =>
  raw
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

const { execute: border = () => Promise.reject(new Error('no border')) } = ((): {
  execute?: (next: () => Promise<unknown>) => Promise<unknown>;
} => {
  const { execute } = createRedactingInterceptor({ redactor, keep: () => Promise.resolve() });
  return execute === undefined
    ? {}
    : { execute: (next) => execute({ args: [], headers: {} }, next) };
})();

const everythingOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.name} ${error.message} ${error.stack ?? ''} ${everythingOf(error.cause)}`
    : JSON.stringify(error ?? null);

function outside(privilege: 'ticket' | 'notify'): string {
  const policies = readPolicies({
    policy: 'default',
    policies: {},
    sources: {},
    destinations: { ticket: 'strict', chat: 'strict' },
  });
  return JSON.stringify(
    outwards({ redactor, policies }, { said, marker }, { privilege, kinds: ['email', 'phone'] }),
  );
}

describe('what arrives', () => {
  it.each(Object.keys(arrived))('in %s holds no canary', async (sink) => {
    const bytes = (await arrived[sink]?.()) ?? '';
    expect(bytes.toString()).toContain(marker);
    expect(leaks(bytes)).toEqual([]);
  });

  it('in a mail is what was given to it: canaries that nobody redacted are found there', async () => {
    const found = leaks(await mailed({ subject: marker, body: said.join('\n') }));
    expect(new Set(found.map(({ kind }) => kind)).size).toBe(canaries.length);
  });

  it('in a payload holds no canary, though nobody redacted it before: it is sealed', async () => {
    const [codec] =
      createDataConverter({ keyring: aKeyRing(), namespace: 'sinks' }).payloadCodecs ?? [];
    const payload = defaultPayloadConverter.toPayload({ said, marker });
    const [sealed] = (await codec?.encode([payload])) ?? [];
    expect(sealed?.data?.length).toBeGreaterThan(0);
    expect(leaks(Buffer.from(sealed?.data ?? []))).toEqual([]);
    expect(leaks(Buffer.from(payload.data ?? [])).length).toBeGreaterThan(0);
  });

  it.each(profileNames)(
    'under %s as the policy for models is what that profile lets through',
    (name) => {
      const policy = readPolicies({
        policy: 'default',
        policies: {},
        sources: {},
        destinations: { model: name },
      }).forDestination('model');
      expect(policy).toBe(profiles[name]);
      const { report } = redactor.redact({ said }, policy ?? undefined);
      expect(report.policyDigest).toBe(redactor.redact({}, profiles[name]).report.policyDigest);
      expect(Object.keys(report.counts).length).toBeGreaterThan(10);
    },
  );
});
