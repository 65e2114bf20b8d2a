import { z } from 'zod';

/** Every string and list has a bound; a test walks the schema and fails where one is missing. */
const textMax = 1_024;
const listMax = 200;
const nameMax = 64;

const name = z.string().max(nameMax).regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes');
const text = z.string().min(1).max(textMax);

/** SECURITY: a literal here would end up in version control, so only references are let through. */
const secret = z
  .string()
  .max(textMax)
  .regex(/^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+)$/, 'must be a reference, ${NAME} or file:PATH, never the secret itself');
const secrets = z.array(secret).min(1).max(8);
const port = z.union([z.int().min(0).max(65_535), z.string().max(textMax).regex(/^\$\{[^}]+\}$/, 'must be a port or ${NAME}')]);
const header = z.string().max(nameMax).regex(/^[A-Za-z0-9-]+$/, 'must be the name of an HTTP header');

const hmac = z.strictObject({
  kind: z.literal('hmac').describe('A keyed hash over the raw body, as GitHub or Elastic send it.'),
  header: header.describe('The header that carries the signature.'),
  algorithm: z.enum(['sha256', 'sha1', 'sha512']).default('sha256').describe('The hash. Choose sha1 only where the sender knows nothing else.'),
  encoding: z.enum(['hex', 'base64']).default('hex').describe('How the signature is written.'),
  prefix: text.optional().describe('What stands before the signature in its header, for example `sha256=`.'),
  timestampHeader: header.optional().describe('The header with the time of sending (seconds or RFC 3339); it must then be part of what is signed.'),
  signed: text.optional().describe('What the signature covers; left out: `{body}`, or `{timestamp}.{body}` where there is a timestamp header.'),
  toleranceSeconds: z.int().min(1).max(86_400).default(300).describe('How far that time may be from ours.'),
  secrets: secrets.describe('Keys that are accepted; give the old and the new one while you rotate.'),
});
const standardWebhooks = z.strictObject({
  kind: z.literal('standard-webhooks').describe('Standard Webhooks: headers webhook-id, webhook-timestamp, webhook-signature.'),
  toleranceSeconds: z.int().min(1).max(86_400).default(300).describe('How far the time of sending may be from ours.'),
  secrets: secrets.describe('Keys that are accepted, each as the base64 that follows `whsec_`, with or without that prefix.'),
});
const bearer = z.strictObject({
  kind: z.literal('bearer').describe('A shared token in a header, for senders that cannot sign.'),
  header: header.optional().describe('The header that carries the bare token; left out: `Authorization: Bearer <token>`.'),
  secrets: secrets.describe('Tokens that are accepted.'),
});

const source = z.strictObject({
  verify: z.discriminatedUnion('kind', [hmac, standardWebhooks, bearer]).describe('How deliveries prove where they come from.'),
  deliveryHeader: header.optional().describe("The header with the sender's own id of a delivery, by which a repeated delivery is known; left out: the body's hash."),
  format: name.optional().describe('The format of all its alerts; left out: recognised from the body.'),
});

const connection = z.strictObject({
  connector: name.describe('Which connector speaks to it; `sallyport connection list` names them.'),
  address: text.optional().describe('Its base address. `${NAME}` is replaced.'),
  secret: secret.optional().describe('The credential, in the form that the connector asks for.'),
  options: z.record(z.string().max(nameMax), z.json()).default({}).describe('What else the connector asks for. `${NAME}` is replaced in texts.'),
  egress: z
    .strictObject({
      hosts: z.array(text).max(listMax).default([]).describe('Hosts that may be called; empty: the host of the address only.'),
      private: z.boolean().default(false).describe('Whether it may lie on a loopback or private address.'),
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

const limits = z.strictObject({
  backlogMax: z.int().min(1).max(10_000_000).default(200_000).describe('Incidents that may wait for triage; beyond, intake answers 503.'),
  batchesMax: z.int().min(1).max(8).default(2).describe('Triage batches in flight; up to eight when full ones queue.'),
  runsPerBatchMax: z.int().min(1).max(64).default(64).describe('Runs that one triage batch hosts.'),
  databaseConnectionsMax: z.int().min(2).max(100).default(12).describe('PostgreSQL connections of one process.'),
});

const log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least important line that is written.'),
  file: text.optional().describe('Where lines go; left out: standard error.'),
});

const temporal = z.strictObject({
  address: text.optional().describe('`host:port` of your cluster; left out: the embedded dev server. TEMPORAL_ADDRESS wins.'),
  namespace: z.string().min(1).max(nameMax).default('sallyport').describe('Ours alone. TEMPORAL_NAMESPACE wins.'),
  port: port.default(7233).describe('Of the embedded server; where it is taken, a free one is used.'),
  uiPort: port.default(8233).describe("Of the embedded server's web interface; where it is taken, a free one is used."),
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
  tenant: name.default('main').describe('Names this installation in ids and in the ledger. Never change it.'),
  dataDir: text.default('.sallyport').describe('Where the embedded stack and the ledger keep their files. SALLYPORT_DATA wins.'),
  listen: z
    .strictObject({
      host: text.default('127.0.0.1').describe('The address to listen on.'),
      port: port.default(8321).describe('The port; the embedded stack takes a free one where it is taken.'),
      publicUrl: text.optional().describe('How people reach it, for links in tickets; left out: host and port.'),
    })
    .prefault({})
    .describe('Intake and API.'),
  database: z.strictObject({ url: secret.optional().describe('A PostgreSQL URL, by reference. DATABASE_URL wins.') }).prefault({}).describe('Left out: the embedded PostgreSQL.'),
  temporal: temporal.prefault({}).describe('Where workflows live.'),
  playbooks: text.default('playbooks').describe('The folder of playbooks.'),
  policy: text.default('policy').describe('The folder of rules.'),
  ledger: z
    .strictObject({
      dir: text.optional().describe('Tiles, checkpoints and exports; left out: `ledger` in the data directory.'),
      origin: text.default('sallyport.local/log').describe("The log's name in its checkpoints. Never change it."),
      keyFile: text.optional().describe("The log's Ed25519 key (PEM), made where it is missing; left out: `keys/log.pem` in the data directory."),
    })
    .prefault({})
    .describe('The audit log.'),
  keyFile: text
    .optional()
    .describe('Keys for tokens, the vault and Temporal payloads, made where it is missing; left out: `keys/keyring.json` in the data directory. All processes need the same one.'),
  sources: z.record(name, source).default({}).describe('Who may send alerts, by the name in `POST /v1/alerts/<name>`.'),
  connections: z.record(name, connection).default({}).describe('Products that playbooks may use, by the name in the playbook.'),
  tokens: z.array(apiToken).max(listMax).default([]).describe('API tokens.'),
  limits: limits.prefault({}).describe('Bounds.'),
  log: log.prefault({}).describe('Log lines: JSON, redacted.'),
});

export type ConfigFile = z.output<typeof configSchema>;
export type Role = z.output<typeof role>;
