import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';

/**
 * Planted secrets and personal data, one of every detector kind. Made from a seed, unique, valid where a checksum is asked for, and
 * put together from parts, so that no scanner takes this file for a leak.
 */
export interface Canary {
  readonly kind: string;
  /** What must not survive anywhere. */
  readonly secret: string;
  /** A text in which it stands as it would in an alert. */
  readonly text: string;
}

const digits = '0123456789';
const lower = 'abcdefghijklmnopqrstuvwxyz';
const alnum = lower + lower.toUpperCase() + digits;
const upperDigits = lower.toUpperCase() + digits;

interface Source {
  pick(alphabet: string, count: number): string;
}

/** Deterministic characters; never a run that reads as a placeholder. */
function sourceOf(seed: string): Source {
  let counter = 0;
  const byte = (): number =>
    createHash('sha256')
      .update(`${seed}/${(counter += 1)}`)
      .digest()[0] ?? 0;
  return {
    pick: (alphabet, count) =>
      Array.from({ length: count }, () => alphabet.charAt(byte() % alphabet.length)).join(''),
  };
}

function withLuhn(body: string): string {
  let sum = 0;
  Array.from(body)
    .reverse()
    .forEach((char, at) => {
      const doubled = at % 2 === 0 ? Number(char) * 2 : Number(char);
      sum += doubled > 9 ? doubled - 9 : doubled;
    });
  return `${body}${(10 - (sum % 10)) % 10}`;
}

function ibanOf(country: string, account: string): string {
  const spelled = Array.from(`${account}${country}00`, (char) => String(parseInt(char, 36))).join(
    '',
  );
  return `${country}${String(98n - (BigInt(spelled) % 97n)).padStart(2, '0')}${account}`;
}

const mixed = (source: Source, count: number): string => `${source.pick(alnum, count - 4)}7xQ2`;

const makers: { readonly [kind: string]: (source: Source) => { secret: string; text?: string } } = {
  'aws-access-key-id': (s) => ({
    secret: `AK${'IA'}${s.pick('ABCDEFGHJKLMNPQRSTUVWXYZ234567', 16)}`,
  }),
  'aws-secret-key': (s) =>
    ((secret) => ({ secret, text: `aws_secret_access_key = ${secret}` }))(mixed(s, 40)),
  'gcp-api-key': (s) => ({ secret: `AI${'za'}${mixed(s, 35)}` }),
  'azure-storage-key': (s) =>
    ((secret) => ({
      secret,
      text: `DefaultEndpointsProtocol=https;AccountName=acct;Account${'Key'}=${secret}`,
    }))(`${mixed(s, 86)}==`),
  'azure-sas': (s) =>
    ((secret) => ({
      secret,
      text: `https://acct.blob.core.example/c?sv=2022-11-02&se=2030-01-01&sig=${secret}`,
    }))(mixed(s, 44)),
  'github-token': (s) => ({ secret: `gh${'p_'}${mixed(s, 36)}` }),
  'gitlab-token': (s) => ({ secret: `gl${'pat-'}${mixed(s, 20)}` }),
  'slack-token': (s) => ({ secret: `xo${'xb-'}${s.pick(digits, 12)}-${mixed(s, 24)}` }),
  'slack-webhook': (s) =>
    ((secret) => ({
      secret,
      text: `https://hooks.slack.com/services/T0${s.pick(upperDigits, 8)}/B0${s.pick(upperDigits, 8)}/${secret}`,
    }))(mixed(s, 24)),
  'stripe-key': (s) => ({ secret: `sk_${'live_'}${mixed(s, 24)}` }),
  'openai-key': (s) => ({ secret: `sk-${'proj-'}${mixed(s, 60)}` }),
  'anthropic-key': (s) => ({ secret: `sk-${'ant-'}api03-${mixed(s, 93)}AA` }),
  'sendgrid-key': (s) => ({ secret: `SG${'.'}${mixed(s, 22)}.${mixed(s, 43)}` }),
  'twilio-key': (s) => ({ secret: `S${'K'}${s.pick('0123456789abcdef', 32)}` }),
  'npm-token': (s) => ({ secret: `np${'m_'}${mixed(s, 36)}` }),
  'telegram-token': (s) => ({ secret: `${s.pick('123456789', 9)}:A${'A'}${mixed(s, 33)}` }),
  jwt: (s) => ({
    secret: `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${Buffer.from(`{"sub":"${s.pick(lower, 12)}"}`).toString('base64url')}.${mixed(s, 43)}`,
  }),
  'private-key': (s) =>
    ((secret) => ({
      secret,
      text: `-----BEGIN ${'PRIVATE'} KEY-----\n${secret}\n-----END ${'PRIVATE'} KEY-----`,
    }))(mixed(s, 64)),
  'bearer-token': (s) =>
    ((secret) => ({ secret, text: `Authorization: Bearer ${secret}` }))(mixed(s, 32)),
  'basic-credentials': (s) =>
    ((secret) => ({ secret, text: `Authorization: Basic ${secret}` }))(
      Buffer.from(`svc:${mixed(s, 15)}`).toString('base64'),
    ),
  'url-password': (s) =>
    ((secret) => ({ secret, text: `postgres://app:${secret}@db.example:5432/app` }))(mixed(s, 14)),
  password: (s) =>
    ((secret) => ({ secret, text: `login failed: password=${secret} for svc` }))(mixed(s, 14)),
  'api-key': (s) => ((secret) => ({ secret, text: `{ "x-api-key": "${secret}" }` }))(mixed(s, 32)),
  'cli-password': (s) =>
    ((secret) => ({ secret, text: `mysqldump --password ${secret} -h db all` }))(mixed(s, 14)),
  email: (s) => ({ secret: `jane.${s.pick(lower, 10)}@mail-${s.pick(lower, 5)}.example.com` }),
  phone: (s) =>
    ((secret) => ({ secret, text: `call ${secret} now` }))(`+49 170 ${s.pick('123456789', 7)}`),
  'payment-card': (s) =>
    ((secret) => ({ secret, text: `card ${secret} was declined` }))(
      withLuhn(`4${s.pick(digits, 14)}`),
    ),
  iban: (s) =>
    ((secret) => ({ secret, text: `to account ${secret} today` }))(
      ibanOf('DE', s.pick(digits, 18)),
    ),
  'us-ssn': (s) =>
    ((secret) => ({ secret, text: `SSN ${secret} on file` }))(
      `5${s.pick('123456789', 2)}-${s.pick('123456789', 2)}-${s.pick('123456789', 4)}`,
    ),
};

export const canaryKinds: readonly string[] = Object.keys(makers);

/** One canary of every kind, or of those named. Another seed gives other values. */
export function makeCanaries(
  seed: string,
  kinds: readonly string[] = canaryKinds,
): readonly Canary[] {
  return kinds.flatMap((kind) => {
    const made = makers[kind]?.(sourceOf(`${seed}/${kind}`));
    return made === undefined
      ? []
      : [{ kind, secret: made.secret, text: made.text ?? `found ${made.secret} in use` }];
  });
}

/** A copy in which every string that `at` allows also carries the canaries, in turn. Paths are as in `a.b.0`. */
export function plantInStrings(
  payload: Json,
  canaries: readonly Canary[],
  at: (path: string) => boolean = () => true,
): Json {
  let turn = 0;
  const plant = (value: Json, path: string): Json => {
    if (typeof value === 'string') {
      const canary = canaries[turn % canaries.length];
      if (canary === undefined || !at(path)) return value;
      turn += 1;
      return `${value} ${canary.text}`;
    }
    if (Array.isArray(value))
      return (value as readonly Json[]).map((item, index) => plant(item, `${path}.${index}`));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        plant(item, path === '' ? key : `${path}.${key}`),
      ]),
    );
  };
  return plant(payload, '');
}

/** Paths of all strings of a payload. */
export function stringPaths(payload: Json, path = ''): readonly string[] {
  if (typeof payload === 'string') return [path];
  if (Array.isArray(payload))
    return (payload as readonly Json[]).flatMap((item, index) =>
      stringPaths(item, `${path}.${index}`),
    );
  if (!isObject(payload)) return [];
  return Object.entries(payload).flatMap(([key, item]) =>
    stringPaths(item, path === '' ? key : `${path}.${key}`),
  );
}

/** The ways in which a text may be written inside other data. */
export const encodings: { readonly [name: string]: (text: string) => string } = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  percent: (text) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  uri: encodeURIComponent,
  hex: (text) => Buffer.from(text).toString('hex'),
  'utf16 base64': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  json: (text) => JSON.stringify({ note: text } satisfies JsonObject),
  'json twice': (text) => JSON.stringify({ inner: JSON.stringify({ note: text }) }),
  'base64 twice': (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
};

export interface Leak {
  readonly kind: string;
  readonly form: string;
}

/** Where a canary stands in bytes: raw, base64 at each of three alignments, base64url, URL-encoded, hexadecimal or UTF-16. */
export function findLeaks(bytes: Buffer, canaries: readonly Canary[]): readonly Leak[] {
  const hexed = bytes.toString('latin1').toLowerCase();
  return canaries.flatMap((canary) =>
    formsOf(canary.secret)
      .filter(({ form, needle }) =>
        form === 'hex' || form === 'percent-encoded'
          ? hexed.includes(needle.toString('latin1').toLowerCase())
          : bytes.includes(needle),
      )
      .map(({ form }) => ({ kind: canary.kind, form })),
  );
}

/** Every way of writing a secret that a search must find, as bytes. */
export function formsOf(secret: string): readonly { form: string; needle: Buffer }[] {
  const raw = Buffer.from(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  const uri = encodeURIComponent(secret);
  return [
    { form: 'raw', needle: raw },
    ...(escaped === secret ? [] : [{ form: 'JSON', needle: Buffer.from(escaped) }]),
    ...(uri === secret ? [] : [{ form: 'URL-encoded', needle: Buffer.from(uri) }]),
    { form: 'percent-encoded', needle: Buffer.from(encodings['percent']?.(secret) ?? secret) },
    { form: 'hex', needle: Buffer.from(raw.toString('hex')) },
    { form: 'utf16', needle: Buffer.from(secret, 'utf16le') },
    ...[0, 1, 2].flatMap((shift) => {
      const inner = innerBase64(raw, shift);
      return [
        { form: `base64 +${shift}`, needle: Buffer.from(inner) },
        {
          form: `base64url +${shift}`,
          needle: Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_')),
        },
      ];
    }),
  ];
}

/** The part of the base64 form that does not depend on what stands before and after. */
function innerBase64(raw: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), raw]).toString('base64');
  const from = shift === 0 ? 0 : shift === 1 ? 2 : 3;
  const whole = Math.floor(((shift + raw.length) * 8) / 6);
  return encoded.slice(from, whole);
}
