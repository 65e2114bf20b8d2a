/**
 * Field names decide before patterns. A name is split into words (`userPassword`, `X-Api-Key`, `db_pwd`); it names a credential if its
 * last meaningful word does. So `password_last_changed`, `tokenized`, `author` and `token_count` never match.
 */
export interface FieldVerdict {
  readonly kind: string;
  readonly class: 'secret' | 'personal';
  /** `any`: whatever stands there is one. `random`: in free text the value must look like a secret.
   * `key-like`: some vendor's key, believed only where the value is long and random. */
  readonly value: 'any' | 'random' | 'key-like';
}

const secret = (kind: string, value: FieldVerdict['value'] = 'random'): FieldVerdict => ({
  kind,
  class: 'secret',
  value,
});
const personal = (kind: string): FieldVerdict => ({ kind, class: 'personal', value: 'any' });

const password = secret('password', 'any');
const vendorKey = secret('api-key', 'key-like');
const lastWord: { readonly [word: string]: FieldVerdict } = {
  password,
  passwd: password,
  passphrase: password,
  passcode: password,
  pwd: password,
  pass: password,
  passwort: password,
  psw: password,
  pswd: password,
  passw: password,
  userpassword: password,
  mdp: password,
  pw: password,
  secret: secret('secret'),
  secrets: secret('secret'),
  token: secret('token'),
  apikey: secret('api-key'),
  apitoken: secret('token'),
  tokenkey: secret('api-key'),
  authtoken: secret('token'),
  accesstoken: secret('token'),
  refreshtoken: secret('token'),
  jwt: secret('token'),
  bearer: secret('token'),
  accesskey: secret('api-key'),
  secretkey: secret('secret'),
  secretaccesskey: secret('secret'),
  clientsecret: secret('secret'),
  privatekey: secret('private-key'),
  authkey: secret('api-key'),
  accountkey: secret('api-key'),
  sharedaccesskey: secret('api-key'),
  authorization: secret('authorization'),
  cookie: secret('cookie'),
  cookies: secret('cookie'),
  credential: secret('credential'),
  credentials: secret('credential'),
  creds: secret('credential'),
  cred: secret('credential'),
  otp: secret('otp', 'any'),
  totp: secret('otp'),
  psk: secret('secret', 'any'),
  pat: secret('token'),
  sas: secret('secret'),
  cvv: secret('card-code', 'any'),
  cvc: secret('card-code', 'any'),
  ssn: personal('us-ssn'),
  iban: personal('iban'),
  dob: personal('birth-date'),
  birthdate: personal('birth-date'),
  phone: personal('phone'),
  telephone: personal('phone'),
  msisdn: personal('phone'),
  phonenumber: personal('phone'),
  firstname: personal('person-name'),
  lastname: personal('person-name'),
  surname: personal('person-name'),
};
const lastPair: { readonly [words: string]: FieldVerdict } = {
  'api key': secret('api-key'),
  'access key': secret('api-key'),
  'secret key': secret('secret'),
  'private key': secret('private-key'),
  'account key': secret('api-key'),
  'shared key': secret('api-key'),
  'signing key': secret('secret'),
  'encryption key': secret('secret'),
  'auth key': secret('api-key'),
  'master key': secret('secret'),
  'storage key': secret('api-key'),
  'subscription key': secret('api-key'),
  'ssh key': secret('private-key'),
  'session key': secret('secret'),
  'app key': secret('api-key'),
  'license key': secret('api-key'),
  'consumer key': secret('api-key'),
  'integration key': secret('api-key'),
  'stream key': secret('api-key'),
  'service key': secret('api-key'),
  'query key': secret('api-key'),
  'project key': secret('api-key'),
  'routing key': secret('api-key'),
  'deploy key': secret('api-key'),
  'insert key': secret('api-key'),
  'write key': secret('api-key'),
  'server key': secret('api-key'),
  'user key': secret('api-key'),
  'publish key': secret('api-key'),
  'connection string': secret('connection-string'),
  'security code': secret('card-code', 'any'),
  'access code': secret('secret'),
  'recovery code': secret('otp'),
  'secret id': secret('secret'),
  'session cookie': secret('cookie'),
  'webhook url': secret('webhook'),
  'social security': personal('us-ssn'),
  'security number': personal('us-ssn'),
  'credit card': personal('payment-card'),
  'card number': personal('payment-card'),
  'phone number': personal('phone'),
  'mobile number': personal('phone'),
  'mobile phone': personal('phone'),
  'birth date': personal('birth-date'),
  'of birth': personal('birth-date'),
  'passport number': personal('passport'),
  'first name': personal('person-name'),
  'last name': personal('person-name'),
  'given name': personal('person-name'),
  'family name': personal('person-name'),
};

/** Words that may follow the credential word without changing what the field holds. */
const neutralAfter = new Set(
  'value text plain plaintext clear cleartext string str raw b64 base64 encoded encrypted enc old new current prod production dev test live staging header env field input var pem hex data default confirm confirmation again repeat crypt'.split(
    ' ',
  ),
);
/** Words before it that make it something else: `next_token` pages, `public_key` is public, `has_password` is a flag. */
const otherBefore = new Set(
  'has is no not num max min use uses require requires required missing invalid expired allow allows enable enabled disable disabled forgot reset public publishable primary foreign partition sort group dedup hash idempotency correlation registry next page continuation sync pagination cancellation design show hide weak change update set get if without with cache object event issue map config row item lookup index fingerprint label tag bucket s3 global s sub file run external effect order gate ticket incident batch verifier verify'.split(
    ' ',
  ),
);
/** Endings of names written in one word: `zendesktoken`, `dbpassword`. */
const glued: readonly (readonly [string, FieldVerdict])[] = [
  ['password', password],
  ['passwd', password],
  ['passphrase', password],
  ['pwd', password],
  ['secretkey', secret('secret')],
  ['clientsecret', secret('secret')],
  ['secret', secret('secret')],
  ['apikey', secret('api-key')],
  ['accesskey', secret('api-key')],
  ['privatekey', secret('private-key')],
  ['token', secret('token')],
  ['apitoken', secret('token')],
];

const namesMax = 4096;
const nameChars = 128;
const known = new Map<string, FieldVerdict | null>();

/** What a field of this name holds, or null if the name says nothing. Linear, cached (bounded). */
export function decideField(name: string): FieldVerdict | null {
  if (
    name.length < 2 ||
    name.length > nameChars ||
    /^[/~\\]|^[A-Za-z]:\\|\[redacted:|<[a-z-]+:/.test(name)
  )
    return null;
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  const verdict = decideWords(wordsOf(name));
  if (known.size >= namesMax) known.clear();
  known.set(name, verdict);
  return verdict;
}

/** `DBPassword2` → db, password; `X-Api-Key` → x, api, key. */
export function wordsOf(name: string): readonly string[] {
  const spaced = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([a-z])(\d+)$/i, '$1 $2');
  return spaced
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function decideWords(all: readonly string[]): FieldVerdict | null {
  let end = all.length;
  while (end > 1 && isNeutral(all[end - 1] ?? '')) end -= 1;
  const last = all[end - 1] ?? '';
  const before = all[end - 2] ?? '';
  if (last === 'hash' && isPassword(all[end - 2])) return password;
  const pair = lastPair[`${before} ${last}`];
  if (pair !== undefined) return otherBefore.has(all[end - 3] ?? '') ? null : pair;
  if (otherBefore.has(before)) return null;
  if (Object.hasOwn(lastWord, last)) return lastWord[last] ?? null;
  if (last === 'key' && end > 1) return vendorKey;
  for (const [ending, verdict] of glued)
    if (last.length > ending.length && last.endsWith(ending)) return verdict;
  return null;
}

const isNeutral = (word: string): boolean => neutralAfter.has(word) || /^\d{1,4}$/.test(word);
const isPassword = (word: string | undefined): boolean =>
  word !== undefined && lastWord[word]?.kind === 'password';

/** Literals whose presence makes it worth looking for `name = value` in free text. */
export const credentialLiterals: readonly string[] = [
  'pass',
  'pwd',
  'psw',
  'secret',
  'token',
  'key',
  'cred',
  'auth',
  'cookie',
  'bearer',
  'jwt',
  'otp',
  'psk',
  'connection',
  'mdp',
  'code',
  'pat',
  'pw',
  'access',
  'webhook',
  'cvv',
  'cvc',
];
