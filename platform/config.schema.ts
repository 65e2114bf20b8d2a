import { z } from 'zod';
import { redactionSection } from './redaction.schema.ts';
import { listMax, name, nameMax, port, secret, text } from './config-values.schema.ts';
import { source } from './source.schema.ts';

const connection = z.strictObject({
  connector: name.describe('Which connector speaks to it; `sallyport connection list` names them.'),
  address: text.optional().describe('Its base address. `${NAME}` is replaced.'),
  secret: secret.optional().describe('The credential, in the form that the connector asks for.'),
  options: z
    .record(z.string().max(nameMax), z.json())
    .default({})
    .describe('What else the connector asks for. `${NAME}` is replaced in texts.'),
  egress: z
    .strictObject({
      hosts: z
        .array(text)
        .max(listMax)
        .default([])
        .describe('Hosts that may be called; empty: the host of the address only.'),
      private: z
        .boolean()
        .default(false)
        .describe('Whether it may lie on a loopback or private address.'),
    })
    .default({ hosts: [], private: false })
    .describe('Where its calls may go.'),
});

const role = z.enum(['source', 'analyst', 'approver', 'auditor', 'admin']);
const apiToken = z.strictObject({
  name: name.describe('What the ledger calls this token.'),
  person: z.string().min(1).max(nameMax).describe('Whose it is.'),
  roles: z.array(role).min(1).max(5).describe('What it may do.'),
  token: secret.describe('The token itself, by reference; only its hash is kept in memory.'),
});

const ownKey = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9]{1,16}$/, 'must be 1 to 16 characters of a-z0-9')
    .describe('Names the key in what it made.'),
  secret: secret.describe('32 bytes as base64, by reference.'),
  overlapUntil: z.iso
    .datetime()
    .optional()
    .describe(
      'For a token key that is not the first: until then its tokens are kept as aliases of the new ones, and incidents are found by them.',
    ),
});
const ownKeys = z.array(ownKey).max(8).default([]);

const storm = z.strictObject({
  perMinute: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(600)
    .describe('New incidents a minute of one source; beyond, they are held under an umbrella.'),
  burst: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(3_000)
    .describe('How many may come at once after a quiet time.'),
  sources: z
    .number()
    .min(1)
    .max(1_000)
    .default(4)
    .describe('How many times that all sources together may open.'),
});

const limits = z.strictObject({
  storm: storm.prefault({}).describe('When new incidents count as a storm.'),
  backlogMax: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(200_000)
    .describe('Incidents that may wait for triage; beyond, intake answers 503.'),
  databaseConnectionsMax: z
    .int()
    .min(2)
    .max(100)
    .default(12)
    .describe('PostgreSQL connections of one process; `start` has as many again for intake.'),
});

const retention = z.strictObject({
  alertsDays: z
    .int()
    .min(0)
    .max(365)
    .default(7)
    .describe('How long accepted bodies are kept, redacted, for `intake replay`; 0: not at all.'),
  originals: z
    .strictObject({
      key: ownKey.describe('Seals them; no other key does, and it seals nothing else.'),
      hours: z.int().min(1).max(72).default(24).describe('How long they are kept.'),
    })
    .optional()
    .describe('Bodies as they came, of sources with `keepOriginals`; left out: none are kept.'),
});

const log = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least important line that is written.'),
  file: text.optional().describe('Where lines go; left out: standard error.'),
});

const temporal = z.strictObject({
  address: text
    .optional()
    .describe(
      '`host:port` of your cluster; left out: the embedded dev server. TEMPORAL_ADDRESS wins.',
    ),
  namespace: z
    .string()
    .min(1)
    .max(nameMax)
    .default('sallyport')
    .describe('Ours alone. TEMPORAL_NAMESPACE wins.'),
  port: port
    .default(7233)
    .describe('Of the embedded server; where it is taken, a free one is used.'),
  uiPort: port
    .default(8233)
    .describe("Of the embedded server's web interface; where it is taken, a free one is used."),
  apiKey: secret.optional().describe('For clusters that ask for an API key.'),
  tls: z
    .strictObject({
      ca: secret.optional().describe("The authority's certificate (PEM); left out: the system's."),
      certificate: secret.optional().describe('Our certificate (PEM).'),
      key: secret.optional().describe('Its private key (PEM).'),
    })
    .optional()
    .describe('Left out: no TLS, unless there is an API key.'),
});

/** `sallyport.yaml`. Each key carries its documentation; `docs/reference/configuration.md` is generated from here. */
export const configSchema = z.strictObject({
  tenant: name
    .default('main')
    .describe('Names this installation in ids and in the ledger. Never change it.'),
  dataDir: text
    .default('.sallyport')
    .describe('Where the embedded stack and the ledger keep their files. SALLYPORT_DATA wins.'),
  listen: z
    .strictObject({
      host: text.default('127.0.0.1').describe('The address to listen on.'),
      port: port
        .default(8321)
        .describe('The port; the embedded stack takes a free one where it is taken.'),
      publicUrl: text
        .optional()
        .describe('How people reach it, for links in tickets; left out: host and port.'),
    })
    .prefault({})
    .describe('Intake and API.'),
  database: z
    .strictObject({
      url: secret.optional().describe('A PostgreSQL URL, by reference. DATABASE_URL wins.'),
    })
    .prefault({})
    .describe('Left out: the embedded PostgreSQL.'),
  temporal: temporal.prefault({}).describe('Where workflows live.'),
  playbooks: text.default('playbooks').describe('The folder of playbooks.'),
  policy: text.default('policy').describe('The folder of rules.'),
  ledger: z
    .strictObject({
      dir: text
        .optional()
        .describe('Tiles, checkpoints and exports; left out: `ledger` in the data directory.'),
      origin: text
        .default('sallyport.local/log')
        .describe("The log's name in its checkpoints. Never change it."),
      keyFile: text
        .optional()
        .describe(
          "The log's Ed25519 key (PEM), made where it is missing; left out: `keys/log.pem` in the data directory.",
        ),
    })
    .prefault({})
    .describe('The audit log.'),
  keyFile: text
    .optional()
    .describe(
      'Keys for tokens, the vault and Temporal payloads, made where it is missing; left out: `keys/keyring.json` in the data directory. All processes need the same one. A workflow worker needs no more of it than `codec`.',
    ),
  keys: z
    .strictObject({
      tokens: ownKeys.describe(
        'For tokens. The first key makes new ones; the others read what they made before.',
      ),
      vault: ownKeys.describe(
        'For the originals behind tokens. The first key seals; the others open.',
      ),
      payload: ownKeys.describe(
        'For what Temporal stores. The first key seals; the others open. All that a workflow worker needs.',
      ),
    })
    .optional()
    .describe(
      'The same keys as references of their own, so that a process gets those of its role only; `keyFile` is not used then.',
    ),
  sources: z
    .record(name, source)
    .default({})
    .describe('Who may send alerts, by the name in `POST /v1/alerts/<name>`.'),
  connections: z
    .record(name, connection)
    .default({})
    .describe('Products that playbooks may use, by the name in the playbook.'),
  tokens: z.array(apiToken).max(listMax).default([]).describe('API tokens.'),
  limits: limits.prefault({}).describe('Bounds.'),
  redaction: redactionSection
    .prefault({})
    .describe('What becomes of secrets and personal data, per source and destination.'),
  retention: retention.prefault({}).describe('How long alerts are kept.'),
  log: log.prefault({}).describe('Log lines: JSON, redacted.'),
});

export type ConfigFile = z.output<typeof configSchema>;
export type Role = z.output<typeof role>;
